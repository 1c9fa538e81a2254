// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.engine;

import java.util.ArrayDeque;

/** One life of a simulated process. What it has set in motion ends with it; while it is paused nothing of it happens. */
public final class SimProcess {
    private record Deferred(String what, Runnable task) {}

    private final int id;
    private final int number;
    private final NodeClock clock;
    private final ArrayDeque<Deferred> deferred = new ArrayDeque<>();
    private boolean alive = true;
    private boolean paused;

    /**
     * Begins to live.
     *
     * @param id of the node
     * @param number unlike that of any other process of the run; also its port
     */
    public SimProcess(int id, int number, NodeClock clock) {
        this.id = id;
        this.number = number;
        this.clock = clock;
    }

    public int id() {
        return id;
    }

    public int number() {
        return number;
    }

    public NodeClock clock() {
        return clock;
    }

    public boolean isAlive() {
        return alive;
    }

    public boolean isPaused() {
        return paused;
    }

    /** Dead for good; the node may begin another life. */
    public void die() {
        alive = false;
        deferred.clear();
    }

    public void pause() {
        paused = true;
    }

    /** Goes on; what was due meanwhile happens now, in its order. */
    public void resume(Scheduler scheduler) {
        paused = false;
        int count = deferred.size();
        for (int i = 0; i < count; i++) {
            Deferred each = deferred.poll();
            // One microsecond apart keeps the order.
            scheduler.after(i, each.what, this, each.task);
        }
    }

    void defer(String what, Runnable task) {
        deferred.add(new Deferred(what, task));
    }

    @Override
    public String toString() {
        return "process " + number + " of node " + id;
    }
}
