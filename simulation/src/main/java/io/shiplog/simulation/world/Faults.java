// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.simulation.disk.SimDisk;
import io.shiplog.simulation.engine.Dice;
import io.shiplog.simulation.engine.SimProcess;
import io.shiplog.simulation.fault.Coverage;
import io.shiplog.simulation.fault.Fault;
import io.shiplog.simulation.fault.FaultKind;
import io.shiplog.simulation.fault.Situation;
import io.shiplog.simulation.node.SimNode;
import io.shiplog.simulation.quorum.SimQuorum;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.TopicIdPartition;

/** Makes things go wrong, and ends that again. */
public final class Faults {
    private static final int CLIENTS_FROM = 201;
    private static final int CLIENTS_TO = 220;

    private final World world;
    private final Situations situations;
    private final Coverage coverage = new Coverage();
    private final Outages outages = new Outages();
    /** Nodes that have another one's disk. */
    private final Set<Integer> swapped = new TreeSet<>();

    private final List<Runnable> toEnd = new ArrayList<>();
    private final Targets targets;
    private final PartialFaults partial;

    public Faults(World world) {
        this.world = world;
        this.situations = new Situations(world);
        this.targets = new Targets(world);
        this.partial = new PartialFaults(world, this);
    }

    /** Which faults took effect, and in which situations. */
    Coverage coverage() {
        return coverage;
    }

    /** How long clients waited for each of them. */
    Outages outages() {
        return outages;
    }

    /** The fault begins now; its end is arranged. */
    public void begin(Fault fault) {
        Set<Situation> met = situations.now(!toEnd.isEmpty());
        Runnable end = inject(fault);
        if (end == null) {
            world.trace().line(() -> "of no effect: " + fault.toText());
            return;
        }
        world.trace().line(() -> "begins: " + fault.toText());
        coverage.note(fault.kind(), met);
        outages.note(fault, world.nowUs());
        world.onEffectiveFault();
        Runnable once = new Runnable() {
            private boolean done;

            @Override
            public void run() {
                if (!done) {
                    done = true;
                    toEnd.remove(this);
                    end.run();
                }
            }
        };
        toEnd.add(once);
        world.scheduler().after(fault.durationMs() * 1_000, "fault ends", null, once);
    }

    /** Ends everything that has gone wrong. */
    public void endAll() {
        for (Runnable end : List.copyOf(toEnd)) {
            end.run();
        }
        world.network().healAll();
    }

    /** Returns what ends the fault; null when it was of no effect. */
    private Runnable inject(Fault fault) {
        Dice dice = new Dice(fault.seed());
        return switch (fault.kind().faultClass()) {
            case PROCESS, POWER -> process(fault);
            case NETWORK -> network(fault, dice);
            case PARTIAL -> isCut(fault.kind()) ? network(fault, dice) : partial.inject(fault, dice);
            case DISK -> disk(fault, dice);
            case ROT, REPLACED -> lostDisk(fault, dice);
            case MISPLACED -> misplaced(fault, dice);
            case IDENTITY ->
                fault.kind() == FaultKind.IMPOSTOR
                        ? impostor(node(fault.target()), dice)
                        : swapDisks(node(fault.target()), node(fault.other()));
            case CLOCK -> clock(fault, dice);
            case QUORUM -> quorum(fault, dice);
            case DEATH -> death(node(fault.target()));
        };
    }

    private static boolean isCut(FaultKind kind) {
        return kind == FaultKind.CUT_FROM_NODES || kind == FaultKind.NODES_APART;
    }

    // ---- whom it meets

    SimNode node(String target) {
        return targets.node(target);
    }

    // ---- processes

    private Runnable process(Fault fault) {
        if (fault.kind() == FaultKind.POWER_LOSS_ALL) {
            return losePowerEverywhere();
        }
        SimNode node = node(fault.target());
        if (node == null || !node.isUp()) {
            return null;
        }
        switch (fault.kind()) {
            case KILL -> kill(node);
            case POWER_LOSS -> losePower(node);
            case STOP -> node.life().stopInOrder();
            case PAUSE -> {
                return pause(node.life().process());
            }
            default -> throw new IllegalStateException(fault.toText());
        }
        return node::start;
    }

    private Runnable pause(SimProcess process) {
        if (process.isPaused()) {
            return null;
        }
        process.pause();
        return () -> {
            if (process.isAlive()) {
                process.resume(world.scheduler());
            }
        };
    }

    void kill(SimNode node) {
        node.kill();
        world.onNodeDown(node);
    }

    void losePower(SimNode node) {
        node.losePower();
        world.losses().onPowerLoss(node.id());
        world.onNodeDown(node);
    }

    private Runnable death(SimNode node) {
        if (node == null || !canBeMissed(node)) {
            return null;
        }
        node.retire();
        world.onNodeDown(node);
        return () -> {};
    }

    /** Only one node dies, and only when everything that it has is with others who can lead. */
    private boolean canBeMissed(SimNode node) {
        for (int id = 1; id <= world.storageNodes(); id++) {
            if (world.node(id).isGone()) {
                return false;
            }
        }
        for (TopicIdPartition each : world.topic().present()) {
            PartitionImage image = world.metadata().partition(each.topicId(), each.partition());
            if (image == null
                    || !image.hasLeader()
                    || image.replicationFactor() <= world.setup().minIsr()) {
                return false;
            }
            int others = 0;
            for (int member : image.isr()) {
                others += member != node.id() && keepsUp(world.node(member)) ? 1 : 0;
            }
            if (others < world.setup().minIsr()) {
                return false;
            }
        }
        return !world.topic().present().isEmpty();
    }

    /** Whether its process is the one that the metadata know: one that has just begun leaves the ISR when it registers. */
    boolean keepsUp(SimNode node) {
        BrokerImage broker = world.metadata().broker(node.id());
        return node.isRunning()
                && broker != null
                && broker.active()
                && broker.epoch() == node.life().brokerEpoch();
    }

    private Runnable losePowerEverywhere() {
        for (int id = 1; id <= world.storageNodes(); id++) {
            losePower(world.node(id));
        }
        return this::startAll;
    }

    /** Starts what is down. */
    public void startAll() {
        for (int id = 1; id <= world.storageNodes(); id++) {
            world.node(id).start();
        }
        for (int i = 0; i < world.quorum().size(); i++) {
            world.quorum().startNode(SimQuorum.FIRST_ID + i);
        }
    }

    // ---- network

    private Runnable network(Fault fault, Dice dice) {
        if (fault.kind() == FaultKind.SLOW_NETWORK) {
            world.network().slowDown(2 + dice.nextInt(50));
            return () -> world.network().slowDown(1);
        }
        SimNode node = node(fault.target());
        if (node == null) {
            return null;
        }
        int id = node.id();
        if (fault.kind() == FaultKind.RESET) {
            return world.network().reset(id, 0.3 + 0.7 * dice.nextDouble()) > 0 ? () -> {} : null;
        }
        List<int[]> links = new ArrayList<>();
        switch (fault.kind()) {
            case CUT, FLAP, CUT_ONE_WAY -> {
                SimNode other = node(fault.other());
                if (other == null || other == node) {
                    return null;
                }
                links.add(new int[] {id, other.id()});
                if (fault.kind() != FaultKind.CUT_ONE_WAY) {
                    links.add(new int[] {other.id(), id});
                }
            }
            case ISOLATE -> {
                addBothWays(links, id, 1, world.storageNodes());
                addBothWays(
                        links,
                        id,
                        SimQuorum.FIRST_ID,
                        SimQuorum.FIRST_ID + world.quorum().size() - 1);
                addBothWays(links, id, CLIENTS_FROM, CLIENTS_TO);
            }
            case CUT_FROM_NODES -> addBothWays(links, id, 1, world.storageNodes());
            case NODES_APART -> {
                for (int each = 1; each <= world.storageNodes(); each++) {
                    addBothWays(links, each, each + 1, world.storageNodes());
                }
            }
            case CUT_FROM_QUORUM ->
                addBothWays(
                        links,
                        id,
                        SimQuorum.FIRST_ID,
                        SimQuorum.FIRST_ID + world.quorum().size() - 1);
            case CUT_FROM_CLIENTS -> addBothWays(links, id, CLIENTS_FROM, CLIENTS_TO);
            default -> throw new IllegalStateException(fault.toText());
        }
        return fault.kind() == FaultKind.FLAP ? flap(links, fault, dice) : cut(links);
    }

    private static void addBothWays(List<int[]> links, int id, int from, int to) {
        for (int other = from; other <= to; other++) {
            if (other != id) {
                links.add(new int[] {id, other});
                links.add(new int[] {other, id});
            }
        }
    }

    private Runnable cut(List<int[]> links) {
        links.forEach(link -> world.network().cut(link[0], link[1]));
        return () -> links.forEach(link -> world.network().heal(link[0], link[1]));
    }

    private Runnable flap(List<int[]> links, Fault fault, Dice dice) {
        int times = 2 + dice.nextInt(4);
        for (int i = 1; i < times; i++) {
            long atUs = fault.durationMs() * 1_000 * i / times;
            boolean whole = i % 2 == 1;
            world.scheduler()
                    .after(
                            atUs,
                            "flap",
                            null,
                            () -> links.forEach(link -> {
                                if (whole) {
                                    world.network().heal(link[0], link[1]);
                                } else {
                                    world.network().cut(link[0], link[1]);
                                }
                            }));
        }
        return cut(links);
    }

    // ---- disks

    private Runnable disk(Fault fault, Dice dice) {
        SimNode node = node(fault.target());
        if (node == null || !node.isUp()) {
            return null;
        }
        switch (fault.kind()) {
            case FAIL_SYNC -> {
                node.disk().failSyncs(1);
                // The process ends by itself, and whoever watches over it starts it again.
                return () -> {
                    node.disk().failSyncs(0);
                    node.start();
                };
            }
            case FULL -> {
                node.disk().setFull(true);
                return () -> node.disk().setFull(false);
            }
            case HANG -> {
                node.disk().hangUntil(world.nowUs() + fault.durationMs() * 1_000);
                return () -> {};
            }
            case SLOW_DISK -> {
                node.disk().slowDown(5 + dice.nextInt(100));
                return () -> node.disk().slowDown(1);
            }
            default -> throw new IllegalStateException(fault.toText());
        }
    }

    private Runnable lostDisk(Fault fault, Dice dice) {
        SimNode node = node(fault.target());
        if (node == null || swapped.contains(node.id())) {
            return null;
        }
        switch (fault.kind()) {
            case ROT_BODY, ROT_HEADER -> {
                if (!node.disk().rot(dice, fault.kind() == FaultKind.ROT_HEADER)) {
                    return null;
                }
                world.losses().onRot(node.id());
                world.onDiskChanged(node);
                return () -> {};
            }
            case FAIL_READ -> {
                node.disk().failReads(1 + dice.nextInt(3));
                world.losses().onRot(node.id());
                return () -> {
                    node.disk().failReads(0);
                    node.start();
                };
            }
            case WIPE -> {
                kill(node);
                node.disk().wipe();
                world.losses().onEmptied(node.id());
            }
            case ROLL_BACK -> {
                kill(node);
                if (!node.disk().rollBack()) {
                    node.disk().remember();
                    return node::start;
                }
            }
            default -> throw new IllegalStateException(fault.toText());
        }
        world.losses().onReplaced(node.id());
        world.onDiskChanged(node);
        return node::start;
    }

    private Runnable misplaced(Fault fault, Dice dice) {
        SimNode node = node(fault.target());
        if (node == null || swapped.contains(node.id())) {
            return null;
        }
        switch (fault.kind()) {
            case MISDIRECTED_WRITE, LOST_WRITE -> {
                if (!node.disk().misplace(dice, fault.kind() == FaultKind.MISDIRECTED_WRITE)) {
                    return null;
                }
                world.losses().onRot(node.id());
                world.onDiskChanged(node);
                return () -> {};
            }
            case MISDIRECTED_READ -> node.disk().misdirectReads(1 + dice.nextInt(3));
            case STALE_READ -> node.disk().staleReads(1 + dice.nextInt(3));
            default -> throw new IllegalStateException(fault.toText());
        }
        world.losses().onRot(node.id());
        return () -> {
            node.disk().misdirectReads(0);
            node.disk().staleReads(0);
        };
    }

    /** Once it is let in the node's own disk is an old one, which counts as one that is lost: no more than one may be. */
    private Runnable impostor(SimNode node, Dice dice) {
        if (node == null || node.isGone() || !mayLoseADisk() || swapped.contains(node.id())) {
            return null;
        }
        int trueOne = dice.nextInt(3);
        Runnable resume = trueOne == 1 && node.isUp() ? pause(node.life().process()) : null;
        if (trueOne == 2) {
            kill(node);
        }
        Impostor impostor = new Impostor(world, node, dice);
        impostor.start();
        if (resume != null) {
            // It wakes up while the other one may be in its place.
            world.scheduler().after(dice.between(300_000, 1_200_000), "resume", null, resume);
        }
        return () -> {
            if (resume != null) {
                resume.run();
            }
            impostor.end();
            node.start();
        };
    }

    private boolean mayLoseADisk() {
        return world.setup().minIsr() >= 2 && world.setup().replicationFactor() >= 3;
    }

    /** Both are started with what they have, and have to refuse it; then each gets its own disk again. */
    private Runnable swapDisks(SimNode one, SimNode other) {
        if (one == null || other == null || one == other || !swapped.isEmpty()) {
            return null;
        }
        // An empty disk is nobody's: a node that gets it takes it for a new one of its own.
        if (one.disk().directories().isEmpty() || other.disk().directories().isEmpty()) {
            return null;
        }
        exchange(one, other);
        swapped.add(one.id());
        swapped.add(other.id());
        return () -> {
            exchange(one, other);
            swapped.clear();
        };
    }

    private void exchange(SimNode one, SimNode other) {
        kill(one);
        kill(other);
        SimDisk.swap(one.disk(), other.disk());
        one.start();
        other.start();
    }

    // ---- clocks and quorum

    private Runnable clock(Fault fault, Dice dice) {
        SimNode node = node(fault.target());
        if (node == null) {
            return null;
        }
        if (fault.kind() == FaultKind.CLOCK_JUMP) {
            long jump = dice.between(-3_600_000, 3_600_000);
            node.jumpClock(jump);
            return () -> node.jumpClock(-jump);
        }
        node.clockRate(0.95 + 0.1 * dice.nextDouble());
        return () -> {};
    }

    private Runnable quorum(Fault fault, Dice dice) {
        SimQuorum quorum = world.quorum();
        int leader = quorum.leaderId();
        int any = SimQuorum.FIRST_ID + dice.nextInt(quorum.size());
        switch (fault.kind()) {
            case KILL_CONTROLLER, KILL_QUORUM_NODE -> {
                int id = fault.kind() == FaultKind.KILL_CONTROLLER ? leader : any;
                if (id < 0 || !quorum.isUp(id)) {
                    return null;
                }
                quorum.kill(id, true);
                return () -> quorum.startNode(id);
            }
            case PAUSE_CONTROLLER -> {
                return leader < 0 || !quorum.isUp(leader) ? null : pause(quorum.process(leader));
            }
            case CUT_CONTROLLER -> {
                if (leader < 0 || quorum.size() == 1) {
                    return null;
                }
                List<int[]> links = new ArrayList<>();
                addBothWays(links, leader, SimQuorum.FIRST_ID, SimQuorum.FIRST_ID + quorum.size() - 1);
                return cut(links);
            }
            case MOVE_CONTROLLER -> {
                quorum.forceElection();
                return () -> {};
            }
            default -> throw new IllegalStateException(fault.toText());
        }
    }
}
