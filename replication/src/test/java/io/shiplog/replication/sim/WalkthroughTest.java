// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.core.FetchedPartition;
import io.shiplog.replication.core.PartitionLeader;
import io.shiplog.replication.core.ReplicaStanding;
import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.IsrProposal;
import io.shiplog.replication.port.PartitionState;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/**
 * The replication story, step by step: partition t-0 on 101, 102, 103, min ISR 2. Steps 1 to 3 (assignment, ISR, leader epoch)
 * are the metadata that the story begins with.
 */
class WalkthroughTest implements SimNode.World {
    private record Asked(PartitionLeader core, long attempt, IsrProposal proposal) {}

    private final SimNode n101 = new SimNode(101, 1, this);
    private final SimNode n102 = new SimNode(102, 2, this);
    private final SimNode n103 = new SimNode(103, 3, this);
    private final List<Long> acknowledged = new ArrayList<>();
    private final List<Asked> asked = new ArrayList<>();
    private long nowMs = 1_000;

    private static PartitionState state(int leader, int leaderEpoch, int partitionEpoch, Integer... isr) {
        List<Integer> inSync = List.of(isr);
        List<AssignedReplica> replicas = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            replicas.add(new AssignedReplica(100 + i, inSync.contains(100 + i), false, i, false, false));
        }
        return new PartitionState(leader, leaderEpoch, partitionEpoch, replicas, true, false, 2, true);
    }

    private void metadata(PartitionState state, SimNode... nodes) {
        for (SimNode node : nodes) {
            node.apply(state);
        }
    }

    private void fetch(SimNode follower, SimNode leader) {
        follower.receive(leader.answer(follower.fetch(), 100));
    }

    private static void flush(SimNode node) {
        node.flush();
        node.flush();
    }

    /** One round: fetch the data, flush it, say so. */
    private void replicate(SimNode follower, SimNode leader) {
        fetch(follower, leader);
        flush(follower);
        fetch(follower, leader);
    }

    private void beginStory() {
        metadata(state(101, 0, 0, 101, 102, 103), n101, n102, n103);
    }

    /** Three records on all three; then 101 writes (3,0) and (4,0), of which 103 gets the first; 101 dies. */
    private void leaderFails() {
        beginStory();
        for (long value = 0; value < 3; value++) {
            n101.produce(value);
        }
        flush(n101);
        replicate(n102, n101);
        replicate(n103, n101);
        n101.produce(3);
        fetch(n103, n101);
        n101.produce(4);
        n101.crash(2);
        metadata(state(102, 1, 1, 102, 103), n102, n103);
    }

    @Test
    void step4and5FollowersAskFromTheirEndAndAppendTheSameBytes() {
        beginStory();
        n101.produce(7);
        FetchedPartition answer = n101.answer(n102.fetch(), 100);
        assertThat(answer.requestFetchOffset).isZero();
        n102.receive(answer);
        assertThat(n102.log.entries()).isEqualTo(n101.log.entries());
        assertThat(n102.fetch().fetchOffset).isEqualTo(1);
        assertThat(n102.fetch().lastFetchedEpoch).isZero();
    }

    @Test
    void step6CommittedWhenEveryInSyncReplicaHasItOnDisk() {
        beginStory();
        n101.produce(7);
        replicate(n102, n101);
        replicate(n103, n101);
        assertThat(acknowledged).as("the leader's own disk").isEmpty();
        flush(n101);
        assertThat(acknowledged).containsExactly(7L);
        assertThat(n101.highWatermark()).isEqualTo(1);
    }

    @Test
    void step7FollowersLearnTheHighWatermarkWithTheNextAnswer() {
        beginStory();
        n101.produce(7);
        flush(n101);
        replicate(n102, n101);
        replicate(n103, n101);
        assertThat(n103.highWatermark()).isEqualTo(1);
        assertThat(n102.highWatermark()).isZero();
        fetch(n102, n101);
        assertThat(n102.highWatermark()).isEqualTo(1);
    }

    @Test
    void step8AndAfterTheLeaderFailsWhatWasAcknowledgedIsThere() {
        leaderFails();
        assertThat(acknowledged).containsExactly(0L, 1L, 2L);
        assertThat(n102.log).hasToString("(0,0)(1,0)(2,0)");
        assertThat(n103.log).hasToString("(0,0)(1,0)(2,0)(3,0)");
        assertThat(n102.leader.epochStartOffset()).isEqualTo(3);
    }

    @Test
    void step9TheNewLeaderDoesNotKnowTheHighWatermarkUntilItsEpochBegins() {
        leaderFails();
        assertThat(n102.highWatermark()).isLessThan(3);
        assertThat(n102.leader.highWatermarkIsCurrent()).isFalse();
        fetch(n103, n102);
        fetch(n103, n102);
        assertThat(n102.highWatermark()).isEqualTo(3);
        assertThat(n102.leader.highWatermarkIsCurrent()).isTrue();
    }

    @Test
    void step10TheFollowerReconcilesAndIsIdenticalWithItsLeader() {
        leaderFails();
        n102.produce(13);
        n102.produce(14);
        FetchedPartition answer = n102.answer(n103.fetch(), 100);
        assertThat(answer.divergingEpoch).isZero();
        assertThat(answer.divergingEndOffset).isEqualTo(3);
        n103.receive(answer);
        assertThat(n103.log).hasToString("(0,0)(1,0)(2,0)");
        fetch(n103, n102);
        assertThat(n103.log).hasToString("(0,0)(1,0)(2,0)(3,1)(4,1)");
        assertThat(n103.log.entries()).isEqualTo(n102.log.entries());
    }

    @Test
    void step11TheHighWatermarkGoesOn() {
        leaderFails();
        n102.produce(13);
        flush(n102);
        fetch(n103, n102);
        replicate(n103, n102);
        assertThat(n102.highWatermark()).isEqualTo(4);
        assertThat(acknowledged).containsExactly(0L, 1L, 2L, 13L);
    }

    @Test
    void step12TheOldLeaderComesBackAsAFollowerAndJoinsWhenItHasCaughtUp() {
        leaderFails();
        n102.produce(13);
        flush(n102);
        fetch(n103, n102);
        replicate(n103, n102);
        n101.restart(1, 0);
        metadata(state(102, 1, 1, 102, 103), n101);
        assertThat(n101.log).hasToString("(0,0)(1,0)(2,0)(3,0)(4,0)");
        fetch(n101, n102);
        assertThat(n101.log).hasToString("(0,0)(1,0)(2,0)");
        assertThat(asked).isEmpty();
        fetch(n101, n102);
        assertThat(n101.log.entries()).isEqualTo(n102.log.entries());
        fetch(n101, n102);
        assertThat(asked).as("appended, but not on disk").isEmpty();
        flush(n101);
        fetch(n101, n102);
        assertThat(asked).hasSize(1);
        assertThat(asked.get(0).proposal().isr())
                .extracting(member -> member.id())
                .containsExactly(101, 102, 103);
    }

    @Test
    void step13ASlowFollowerLeavesSoThatCommitsGoOnAndComesBack() {
        beginStory();
        n101.produce(7);
        flush(n101);
        replicate(n102, n101);
        nowMs += 10_001;
        fetch(n102, n101);
        n101.tick();
        assertThat(acknowledged).isEmpty();
        assertThat(asked.get(0).proposal().isr())
                .extracting(member -> member.id())
                .containsExactly(101, 102);
        n101.leader.onIsrOutcome(asked.get(0).attempt(), Errors.NONE, state(101, 0, 1, 101, 102), nowMs);
        assertThat(acknowledged).containsExactly(7L);
        fetch(n103, n101);
        flush(n103);
        fetch(n103, n101);
        assertThat(asked.get(1).proposal().isr())
                .extracting(member -> member.id())
                .containsExactly(101, 102, 103);
    }

    @Test
    void step13BelowMinIsrTheHighWatermarkStandsStill() {
        beginStory();
        n101.produce(7);
        flush(n101);
        metadata(state(101, 0, 1, 101), n101);
        nowMs += 60_000;
        n101.tick();
        assertThat(n101.highWatermark()).isZero();
        assertThat(acknowledged).isEmpty();
        assertThat(n101.leader.followers(nowMs))
                .extracting(follower -> follower.standing())
                .containsOnly(ReplicaStanding.SILENT);
    }

    // ---- the world of this story

    @Override
    public long nowMs() {
        return nowMs;
    }

    @Override
    public void propose(SimNode leader, PartitionLeader core, long attempt, IsrProposal proposal) {
        asked.add(new Asked(core, attempt, proposal));
    }

    @Override
    public void acknowledged(SimNode leader, long offset, long value) {
        acknowledged.add(value);
    }

    @Override
    public void highWatermarkMoved(SimNode node, boolean asLeader, long highWatermark) {}

    @Override
    public void cutting(SimNode node, long fromOffset) {}

    @Override
    public void deleting(SimNode node, long belowOffset) {}

    @Override
    public void deleted(long belowOffset) {}

    @Override
    public void appended(SimNode leader, int epoch) {}
}
