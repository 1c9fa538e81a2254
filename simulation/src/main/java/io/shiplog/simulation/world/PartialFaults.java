// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import io.shiplog.simulation.client.Forger;
import io.shiplog.simulation.engine.Dice;
import io.shiplog.simulation.fault.Fault;
import io.shiplog.simulation.node.SimNode;
import java.util.ArrayList;
import java.util.List;

/** Faults that are part of coincidences only. */
final class PartialFaults {
    /** Cutting a log takes so many changes of the disk, and some more for those that come after it. */
    private static final int CHANGES_OF_A_CUT = 10;

    private static final int CHANGES_OF_WRITES = 60;
    private static final int FORGED_EVERY_MS = 5;

    private final World world;
    private final Faults faults;

    PartialFaults(World world, Faults faults) {
        this.world = world;
        this.faults = faults;
    }

    /** Returns what ends the fault; null when it was of no effect. */
    Runnable inject(Fault fault, Dice dice) {
        SimNode node = faults.node(fault.target());
        if (node == null) {
            return null;
        }
        return switch (fault.kind()) {
            case KILL_OTHERS -> killOthers(node);
            case POWER_LOSS_AT_WRITE -> losePowerIn(node, dice.nextInt(CHANGES_OF_WRITES), false, dice);
            case POWER_LOSS_AT_CUT -> losePowerIn(node, dice.nextInt(CHANGES_OF_A_CUT), true, dice);
            case FORGED_FETCH -> forge(fault, node, faults.node(fault.other()), dice);
            default -> throw new IllegalStateException(fault.toText());
        };
    }

    private Runnable killOthers(SimNode spared) {
        List<SimNode> killed = new ArrayList<>();
        for (int id = 1; id <= world.storageNodes(); id++) {
            SimNode node = world.node(id);
            if (node != spared && node.isUp()) {
                faults.kill(node);
                killed.add(node);
            }
        }
        return killed.isEmpty() ? null : () -> killed.forEach(SimNode::start);
    }

    /** Between two changes of the disk, wherever the code is: what it has in mind to do next finds no disk any more. */
    private Runnable losePowerIn(SimNode node, int changes, boolean onceCutting, Dice dice) {
        if (!node.isUp()) {
            return null;
        }
        long darkUs = dice.between(20_000, 300_000);
        node.disk().losePowerAfter(changes, onceCutting, () -> {
            world.trace().line(() -> "node " + node.id() + " loses power in the middle of something");
            // What it has done in this event counts too.
            world.lookInTheMiddle(node);
            faults.losePower(node);
            world.scheduler().after(darkUs, "power comes back", null, node::start);
        });
        return () -> node.disk().losePowerAfter(0, false, null);
    }

    /** The leader would count what it is told, did it not ask who says so. */
    private Runnable forge(Fault fault, SimNode leader, SimNode victim, Dice dice) {
        if (victim == null || victim == leader) {
            return null;
        }
        int number = fault.target().charAt(fault.target().length() - 1) - '0';
        Forger forger = new Forger(world, world.newClient(), leader.id(), victim.id());
        for (long atMs = 0; atMs < fault.durationMs(); atMs += 1 + dice.nextInt(FORGED_EVERY_MS)) {
            world.scheduler()
                    .after(
                            atMs * 1_000,
                            "forger",
                            null,
                            () -> forger.fetch(world.topic().partition(number)));
        }
        return forger::stop;
    }
}
