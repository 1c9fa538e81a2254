// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.node;

import io.shiplog.simulation.disk.SimDisk;
import io.shiplog.simulation.engine.NodeClock;
import io.shiplog.simulation.engine.SimProcess;

/** The machine of a storage node: its disk, its clocks, and the present life of its process. */
public final class SimNode {
    private final int id;
    private final NodeWorld world;
    private final SimDisk disk;
    private double clockRate = 1;
    private long wallOffsetMs;
    private StorageLife life;
    private boolean hasPower = true;
    private int lives;
    private boolean gone;
    private int powerLosses;
    private boolean stoppedInOrder;
    private boolean scrubs;

    public SimNode(int id, NodeWorld world, SimDisk disk) {
        this.id = id;
        this.world = world;
        this.disk = disk;
    }

    public int id() {
        return id;
    }

    public SimDisk disk() {
        return disk;
    }

    public boolean hasPower() {
        return hasPower;
    }

    /** The process; null while it is down. */
    public StorageLife life() {
        return life;
    }

    public boolean isUp() {
        return life != null;
    }

    /** Whether the process is there and not paused. */
    public boolean isRunning() {
        return life != null && !life.process().isPaused();
    }

    /** Lives that were begun. */
    public int lives() {
        return lives;
    }

    /** How often its machine lost power. */
    public int powerLosses() {
        return powerLosses;
    }

    /** From now on it looks for rot. Before, the runs are too short for it to come round; without rot it would find nothing. */
    public void scrub() {
        scrubs = true;
        if (life != null) {
            life.scrub();
        }
    }

    boolean scrubs() {
        return scrubs;
    }

    /**
     * Whether the last life that wrote anything ended in good order: one that was not let in yet has written nothing, and left the mark of the
     * one before it.
     */
    public boolean lastLifeStoppedInOrder() {
        return stoppedInOrder;
    }

    /** From the next life on the monotonic clock goes at this speed. */
    public void clockRate(double rate) {
        clockRate = rate;
    }

    /** The wall clock is set. */
    public void jumpClock(long ms) {
        wallOffsetMs += ms;
        if (life != null) {
            life.process().clock().jump(ms);
        }
    }

    /** Begins a life; with power, if that was off. */
    public void start() {
        if (life != null || gone) {
            return;
        }
        if (!hasPower) {
            hasPower = true;
            world.network().onPowerBack(id);
        }
        lives++;
        NodeClock clock =
                new NodeClock(world.scheduler(), clockRate, world.dice().between(0, 10_000_000), wallOffsetMs);
        SimProcess process = new SimProcess(id, world.nextProcess(), clock);
        life = new StorageLife(this, world, process);
        life.start();
    }

    /** It goes, and never comes back. */
    public void retire() {
        kill();
        gone = true;
    }

    public boolean isGone() {
        return gone;
    }

    /** The process ends as by kill -9. */
    public void kill() {
        if (life != null) {
            end();
            disk.processDied();
        }
    }

    /** The machine loses power, whether the process is there or not. */
    public void losePower() {
        hasPower = false;
        powerLosses++;
        if (life != null) {
            end();
        }
        disk.losePower();
    }

    private void end() {
        StorageLife ended = life;
        stoppedInOrder = ended.hasStoppedInOrder() || (stoppedInOrder && ended.brokerEpoch() < 0);
        life = null;
        ended.process().die();
        world.network().onDied(ended.process(), hasPower);
    }

    /** The process of this life has ended by itself. */
    void onEnded(StorageLife ended) {
        if (life == ended) {
            kill();
        }
    }
}
