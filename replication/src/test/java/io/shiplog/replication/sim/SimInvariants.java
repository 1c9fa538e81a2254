// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.replication.sim.InMemoryLog.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What must hold after every step (S numbers as in the list of invariants of the reliability research). It keeps what no node
 * knows: the true history of what was committed and acknowledged.
 */
final class SimInvariants {
    private final boolean commit;

    /** What was ever below a high watermark that a node acted on, by offset. */
    private final List<Entry> committed = new ArrayList<>();

    private final Map<Long, Long> acknowledged = new HashMap<>();
    private final Map<Integer, Integer> leaderOfEpoch = new HashMap<>();
    private long exposed;

    /** What any replica was told to delete, and what the client was told to be deleted for good. */
    private long deletingBelow;

    private long deletedBelow;

    SimInvariants(boolean commit) {
        this.commit = commit;
    }

    long committedEnd() {
        return committed.size();
    }

    int acknowledgedCount() {
        return acknowledged.size();
    }

    /** S1: an offset is acknowledged for one value, and that value is committed there. */
    void acknowledged(SimNode leader, long offset, long value) {
        assertThat(acknowledged.put(offset, value))
                .as("offset %d acknowledged twice", offset)
                .isNull();
        assertThat(committed.get((int) offset).value())
                .as("S1: %d acknowledged at %d by node %d", value, offset, leader.id)
                .isEqualTo(value);
    }

    /** S2: what is committed at an offset never changes. S6, S7: all who may be elected hold it. */
    void highWatermarkMoved(SimNode node, boolean asLeader, long highWatermark, PartitionState truth, SimNode[] nodes) {
        for (long offset = node.log.logStartOffset(); offset < highWatermark; offset++) {
            Entry entry = node.log.at(offset);
            if (offset < committed.size()) {
                assertThat(entry)
                        .as("S2: committed at %d, as node %d has it", offset, node.id)
                        .isEqualTo(committed.get((int) offset));
            } else {
                assertThat(asLeader)
                        .as("S10: follower %d goes beyond every leader", node.id)
                        .isTrue();
                committed.add(entry);
            }
        }
        if (asLeader && truth.leaderEpoch() == node.leader.leaderEpoch()) {
            assertThat(node.leader.state().isrSize())
                    .as("S6: ISR of the leader when the high watermark moves")
                    .isGreaterThanOrEqualTo(truth.effectiveMinIsr());
        }
        for (AssignedReplica replica : truth.replicas()) {
            if (mustHold(replica, nodes[replica.id()])) {
                assertThat(heldBy(nodes[replica.id()]))
                        .as(
                                "S6/S7: node %d may be elected when the high watermark moves to %d",
                                replica.id(), highWatermark)
                        .isGreaterThanOrEqualTo(highWatermark);
            }
        }
    }

    /**
     * S11: a cut removes nothing that is committed from a replica that may be elected, nor anything that this replica itself
     * knew to be committed. (Behind its back another replica may have a copy of it that nobody counts on.)
     */
    void cutting(SimNode node, long fromOffset, PartitionState truth) {
        AssignedReplica replica = truth.replica(node.id);
        boolean electable = replica.inIsr() || replica.inElr();
        long from = Math.max(fromOffset, deletingBelow);
        for (long offset = from; offset < node.log.logEndOffset() && offset < committed.size(); offset++) {
            if (electable || offset < node.highWatermark()) {
                assertThat(node.log.at(offset))
                        .as("S11: node %d cuts a committed record at %d", node.id, offset)
                        .isNotEqualTo(committed.get((int) offset));
            }
        }
    }

    /** H3: only what is committed is deleted. */
    void deleting(SimNode node, long belowOffset) {
        assertThat(belowOffset).as("H3: node %d deletes", node.id).isLessThanOrEqualTo(committed.size());
        deletingBelow = Math.max(deletingBelow, belowOffset);
    }

    /** H4, S23: from now on nobody brings it back. */
    void deleted(long belowOffset) {
        deletedBelow = Math.max(deletedBelow, belowOffset);
    }

    /** S8: one node appends in an epoch. */
    void appended(SimNode leader, int epoch) {
        assertThat(leaderOfEpoch.merge(epoch, leader.id, (first, now) -> first))
                .as("S8: leader of epoch %d", epoch)
                .isEqualTo(leader.id);
    }

    /** After every step. */
    void check(SimNode[] nodes, PartitionState truth) {
        for (int i = 1; i < nodes.length; i++) {
            for (int j = i + 1; j < nodes.length; j++) {
                checkLogsMatch(nodes[i], nodes[j]);
            }
        }
        for (AssignedReplica replica : truth.replicas()) {
            if (mustHold(replica, nodes[replica.id()])) {
                checkComplete(nodes[replica.id()], truth);
            }
        }
        if (truth.leader() != PartitionState.NO_LEADER) {
            checkExposed(nodes[truth.leader()], truth);
        }
    }

    /** S3: the same offset and epoch means the same prefix. */
    private static void checkLogsMatch(SimNode a, SimNode b) {
        long end = Math.min(a.log.logEndOffset(), b.log.logEndOffset());
        boolean same = false;
        long start = Math.max(a.log.logStartOffset(), b.log.logStartOffset());
        for (long offset = end - 1; offset >= start; offset--) {
            Entry ofA = a.log.at(offset);
            Entry ofB = b.log.at(offset);
            same |= ofA.epoch() == ofB.epoch();
            if (same) {
                assertThat(ofA)
                        .as("S3: nodes %d and %d at %d", a.id, b.id, offset)
                        .isEqualTo(ofB);
            }
        }
    }

    /** S4, S5: whoever may be elected holds all that is committed, through a power cut too under commit. */
    private void checkComplete(SimNode node, PartitionState truth) {
        assertThat(heldBy(node))
                .as("S5: node %d may be elected: %s", node.id, truth)
                .isGreaterThanOrEqualTo(committed.size());
        long start = node.log.logStartOffset();
        assertThat(start).as("H3: start of node %d", node.id).isLessThanOrEqualTo(deletingBelow);
        for (Entry entry : committed.subList((int) start, committed.size())) {
            assertThat(node.log.at(entry.offset())).as("S5: node %d", node.id).isEqualTo(entry);
        }
    }

    /** S9: once a leader knows its high watermark, it is not below what was shown before. */
    private void checkExposed(SimNode node, PartitionState truth) {
        if (!node.up || node.leader == null || node.leader.leaderEpoch() != truth.leaderEpoch()) {
            return;
        }
        assertThat(node.log.logStartOffset())
                .as("H4, S23: start of leader %d", node.id)
                .isGreaterThanOrEqualTo(deletedBelow);
        if (node.leader.highWatermarkIsCurrent()) {
            assertThat(node.leader.highWatermark()).as("S9: leader %d", node.id).isGreaterThanOrEqualTo(exposed);
            exposed = node.leader.highWatermark();
        }
    }

    private long heldBy(SimNode node) {
        return commit ? node.log.flushedOffset() : node.log.logEndOffset();
    }

    /** Under commit the dead count as well: what they flushed is there. Else a dead node is a spent part of the budget. */
    private boolean mustHold(AssignedReplica replica, SimNode node) {
        return (replica.inIsr() || replica.inElr()) && (commit || node.up);
    }

    private static List<Entry> from(long start, InMemoryLog log) {
        return log.entries().stream().filter(entry -> entry.offset() >= start).toList();
    }

    /** At the end: S1, and every replica has the same bytes. */
    void checkHealed(SimNode[] nodes) {
        for (int id = 1; id < nodes.length; id++) {
            InMemoryLog log = nodes[id].log;
            acknowledged.forEach((offset, value) -> {
                if (offset >= deletingBelow) {
                    assertThat(log.at(offset).value())
                            .as("S1: acknowledged at %d", offset)
                            .isEqualTo(value);
                }
            });
            // A deletion that nobody was told to be done may be known to some, and not to the leader that came then.
            long start = Math.max(log.logStartOffset(), nodes[1].log.logStartOffset());
            assertThat(from(start, log)).as("node %d", id).isEqualTo(from(start, nodes[1].log));
        }
    }
}
