// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.sim;

import io.shiplog.replication.core.FetchedPartition;
import io.shiplog.replication.core.FollowerFetch;
import io.shiplog.replication.core.PartitionLeader;
import io.shiplog.replication.port.IsrProposal;
import io.shiplog.replication.port.PartitionState;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.protocol.Errors;

/**
 * Three nodes that replicate one partition, their controller, and a network that delays, reorders and loses. One seed is one
 * run: which faults there are, and every step.
 */
final class SimCluster implements SimNode.World {
    private static final int NODES = 3;
    private static final int DELETE_ONE_IN = 12;

    private final Random random;
    private final boolean commit;
    private final int minIsr;
    private final SimController controller;
    private final SimNode[] nodes = new SimNode[NODES + 1];
    private final SimInvariants invariants;

    /** What is on its way; delivered in any order. A timeout is the sender's own and cannot get lost. */
    private record Message(boolean mayBeLost, Runnable delivery) {}

    private final List<Message> network = new ArrayList<>();

    private final double lossRate;
    private final double crashRate;
    private final double falseAlarmRate;
    private long nowMs = 1_000;
    private long nextValue = 1;
    private int crashes;
    private int deletions;

    SimCluster(long seed) {
        random = new Random(seed);
        commit = random.nextInt(4) > 0;
        minIsr = commit ? 1 + random.nextInt(2) : 2;
        controller = new SimController(NODES, minIsr, commit, commit && random.nextBoolean());
        invariants = new SimInvariants(commit);
        lossRate = random.nextInt(3) * 0.1;
        crashRate = random.nextInt(3) * 0.01;
        falseAlarmRate = random.nextInt(3) * 0.005;
        for (int id = 1; id <= NODES; id++) {
            nodes[id] = new SimNode(id, controller.brokerEpoch(id), this);
            advanceMetadata(nodes[id]);
        }
    }

    int acknowledgedCount() {
        return invariants.acknowledgedCount();
    }

    int crashes() {
        return crashes;
    }

    int deletions() {
        return deletions;
    }

    int elections() {
        return controller.state().leaderEpoch() - 1;
    }

    // ---- one step

    void run(int steps) {
        for (int i = 0; i < steps; i++) {
            step();
            invariants.check(nodes, controller.state());
        }
    }

    private void step() {
        SimNode node = nodes[1 + random.nextInt(NODES)];
        double dice = random.nextDouble();
        if (dice < crashRate) {
            crashOrRestart(node);
        } else if (dice < crashRate + falseAlarmRate) {
            controller.fence(node.id);
        } else {
            ordinaryStep(node);
        }
    }

    private void ordinaryStep(SimNode node) {
        switch (random.nextInt(10)) {
            case 0 -> pass(random.nextInt(400));
            case 1 -> controllerWorks(node);
            case 2 -> advanceMetadata(node);
            case 3 -> produceSomewhere();
            case 4, 5 -> fetch(node);
            case 6, 7 -> flush(node);
            default -> deliver();
        }
    }

    private void pass(int ms) {
        nowMs += ms;
        for (int id = 1; id <= NODES; id++) {
            nodes[id].tick();
        }
        if (random.nextInt(20) == 0) {
            nodes[1 + random.nextInt(NODES)].checkpoint();
        }
    }

    private void crashOrRestart(SimNode node) {
        if (!node.up) {
            restart(node);
            return;
        }
        // To lose a tail is a budgeted fault (at most min ISR - 1 between times of full ISR), unless the metadata say
        // that
        // what is flushed is enough.
        boolean withinBudget = minIsr > 1 && controller.state().isrSize() == NODES && allUp();
        if (controller.isTrusted() || withinBudget) {
            crashes++;
            node.checkpoint();
            node.crash(random.nextInt(3));
        }
    }

    private void restart(SimNode node) {
        controller.register(node.id, controller.isTrusted());
        node.restart(controller.brokerEpoch(node.id), controller.version());
        node.apply(controller.state());
    }

    private boolean allUp() {
        for (int id = 1; id <= NODES; id++) {
            if (!nodes[id].up) {
                return false;
            }
        }
        return true;
    }

    /** Fences the dead, lets the living back that know of their registration. */
    private void controllerWorks(SimNode node) {
        if (!node.up && !controller.isFenced(node.id)) {
            controller.fence(node.id);
        } else if (node.up && controller.isFenced(node.id) && node.brokerEpoch == controller.brokerEpoch(node.id)) {
            controller.unfence(node.id);
        }
    }

    private void advanceMetadata(SimNode node) {
        if (node.up && node.metadataVersion < controller.version()) {
            node.metadataVersion++;
            node.apply(controller.published(node.metadataVersion));
        }
    }

    private void produceSomewhere() {
        SimNode node = nodes[1 + random.nextInt(NODES)];
        if (!node.up || node.leader == null) {
            return;
        }
        long start = node.log.logStartOffset();
        if (random.nextInt(DELETE_ONE_IN) == 0) {
            node.deleteRecords(start + random.nextInt((int) (node.highWatermark() - start) + 1));
        } else {
            node.produce(nextValue++);
        }
    }

    private void flush(SimNode node) {
        if (node.mayFlush()) {
            node.flush();
        }
    }

    // ---- network

    private void deliver() {
        if (network.isEmpty()) {
            return;
        }
        Message message = network.remove(random.nextInt(network.size()));
        if (!message.mayBeLost() || random.nextDouble() >= lossRate) {
            message.delivery().run();
        }
    }

    private void send(Runnable delivery) {
        network.add(new Message(true, delivery));
    }

    private void fetch(SimNode node) {
        if (!node.mayFetch()) {
            return;
        }
        FollowerFetch fetch = node.fetch();
        int leader = node.follower.leaderId();
        int maxRecords = 1 + random.nextInt(4);
        send(() -> {
            if (nodes[leader].up) {
                FetchedPartition answer = nodes[leader].answer(fetch, maxRecords);
                send(() -> receive(node, answer));
            }
            node.fetchesInFlight = Math.max(0, node.fetchesInFlight - 1);
        });
        if (random.nextDouble() < lossRate) {
            // The requester gives up; what it sent may still arrive.
            node.fetchesInFlight--;
        }
    }

    /** An answer may come late, to a follower of another leader or epoch. */
    private static void receive(SimNode node, FetchedPartition answer) {
        if (node.up) {
            node.receive(answer);
        }
    }

    @Override
    public void propose(SimNode leader, PartitionLeader core, long attempt, IsrProposal proposal) {
        send(() -> {
            Errors error = controller.alter(leader.id, proposal);
            PartitionState state = error == Errors.NONE ? controller.state() : null;
            send(() -> outcome(leader, core, attempt, error, state));
        });
        // The client's own timeout: nobody knows what became of the proposal, which may still be on its way.
        network.add(new Message(false, () -> outcome(leader, core, attempt, Errors.REQUEST_TIMED_OUT, null)));
    }

    private void outcome(SimNode leader, PartitionLeader core, long attempt, Errors error, PartitionState state) {
        if (leader.up && leader.leader == core) {
            core.onIsrOutcome(attempt, error, state, nowMs);
        }
    }

    // ---- the end

    /** All faults end: in bounded time everybody is in sync, has the same log, and a new record is acknowledged. */
    void heal() {
        for (int id = 1; id <= NODES; id++) {
            if (!nodes[id].up) {
                restart(nodes[id]);
            }
        }
        for (int round = 0; round < 400; round++) {
            settle();
        }
        int before = acknowledgedCount();
        produceAtLeader();
        for (int round = 0; round < 60; round++) {
            settle();
        }
        PartitionState end = controller.state();
        if (end.isrSize() != NODES || acknowledgedCount() != before + 1) {
            throw new AssertionError("not healed: " + end + ", leader core "
                    + (end.leader() < 0 ? "none" : describe(nodes[end.leader()])));
        }
        invariants.checkHealed(nodes);
    }

    private String describe(SimNode node) {
        return node.leader == null
                ? "idle in " + node.state
                : node.leader.state() + " hw " + node.leader.highWatermark() + " " + node.leader.followers(nowMs)
                        + " open " + node.leader.openProposal();
    }

    private void settle() {
        for (int id = 1; id <= NODES; id++) {
            controllerWorks(nodes[id]);
            while (nodes[id].metadataVersion < controller.version()) {
                advanceMetadata(nodes[id]);
            }
            flush(nodes[id]);
            nodes[id].fetchesInFlight = 0;
            fetch(nodes[id]);
        }
        deliverAll(true);
        deliverAll(false);
        pass(100);
        invariants.check(nodes, controller.state());
    }

    /** Answers come before the timeouts that wait for them. */
    private void deliverAll(boolean mayBeLost) {
        for (int i = 0; i < network.size(); i++) {
            if (network.get(i).mayBeLost() == mayBeLost) {
                network.remove(i--).delivery().run();
            }
        }
    }

    private void produceAtLeader() {
        for (int id = 1; id <= NODES; id++) {
            if (controller.state().leader() == id && nodes[id].leader != null) {
                nodes[id].produce(nextValue++);
            }
        }
    }

    // ---- what the nodes do

    @Override
    public long nowMs() {
        return nowMs;
    }

    @Override
    public void acknowledged(SimNode leader, long offset, long value) {
        invariants.acknowledged(leader, offset, value);
    }

    @Override
    public void highWatermarkMoved(SimNode node, boolean asLeader, long highWatermark) {
        invariants.highWatermarkMoved(node, asLeader, highWatermark, controller.state(), nodes);
    }

    @Override
    public void cutting(SimNode node, long fromOffset) {
        invariants.cutting(node, fromOffset, controller.state());
    }

    @Override
    public void deleting(SimNode node, long belowOffset) {
        invariants.deleting(node, belowOffset);
    }

    @Override
    public void deleted(long belowOffset) {
        deletions++;
        invariants.deleted(belowOffset);
    }

    @Override
    public void appended(SimNode leader, int epoch) {
        invariants.appended(leader, epoch);
    }
}
