// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** KIP-392: node 0 leads, nodes 1 and 2 follow, each in a rack of its own. */
class FollowerReadsTest {
    private static final int NONE = -1;

    @TempDir
    Path directory;

    private TestCluster cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = new TestCluster(directory, 3, false);
        cluster.minIsr = 1;
        cluster.createPartitions(1);
        cluster.loop.run();
        fill(3);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private void fill(int records) {
        for (int i = 0; i < records; i++) {
            cluster.produce(0, 0, "value", 1);
        }
        cluster.loop.run();
    }

    /** All nodes hear what the fields of the nodes say now. */
    private void metadata() {
        cluster.lead(0, 0, 0);
        cluster.loop.run();
    }

    private TestConsumer at(int node) {
        return new TestConsumer(cluster.node(node).service);
    }

    private PartitionData askLeader(String rack, long offset) {
        TestConsumer consumer = at(0).rack(rack).add(0, offset).send();
        return consumer.partitions().get(0);
    }

    private void assertServedByTheLeader(PartitionData data) {
        assertThat(data.errorCode()).isZero();
        assertThat(data.preferredReadReplica()).isEqualTo(NONE);
        assertThat(TestConsumer.batches(data)).isEqualTo(3);
    }

    // ---- the leader's choice

    @Test
    void consumerIsSentToTheInSyncReplicaInItsRack() {
        PartitionData data = askLeader("rack-2", 0);
        assertThat(data.errorCode()).isZero();
        assertThat(data.preferredReadReplica()).isEqualTo(2);
        assertThat(data.records().sizeInBytes()).isZero();
        assertThat(data.highWatermark()).isEqualTo(3);
    }

    /** It need not wait for a record to hear where to read. */
    @Test
    void consumerAtTheEndIsSentAtOnce() {
        TestConsumer consumer = at(0).rack("rack-1").add(0, 3).send();
        assertThat(consumer.isParked()).isFalse();
        assertThat(consumer.partitions().get(0).preferredReadReplica()).isEqualTo(1);
    }

    @Test
    void leaderServesItsOwnRackUnknownRacksAndWhoeverSaysNothing() {
        assertServedByTheLeader(askLeader("rack-0", 0));
        assertServedByTheLeader(askLeader("rack-9", 0));
        assertServedByTheLeader(askLeader("", 0));
    }

    @Test
    void clientsThatCannotBeSentAreServed() {
        TestConsumer old = at(0).version(10).rack("rack-2").add(0, 0).send();
        assertServedByTheLeader(old.partitions().get(0));
    }

    @Test
    void nobodyIsSentToAReplicaThatIsNotInSync() {
        cluster.node(2).inIsr = false;
        metadata();
        assertServedByTheLeader(askLeader("rack-2", 0));
    }

    @Test
    void nobodyIsSentToAFencedNode() {
        cluster.node(2).fenced = true;
        metadata();
        assertServedByTheLeader(askLeader("rack-2", 0));
    }

    @Test
    void nobodyIsSentToANodeThatStops() {
        cluster.node(2).shuttingDown = true;
        metadata();
        assertServedByTheLeader(askLeader("rack-2", 0));
    }

    @Test
    void nobodyIsSentToAReplicaThatMayNotHaveTheOffset() {
        cluster.node(2).fetchers.unfollow(cluster.node(2).replica(0));
        cluster.loop.run();
        fill(1);
        assertThat(askLeader("rack-2", 3).preferredReadReplica()).isEqualTo(2);
        TestConsumer ahead = at(0).rack("rack-2").add(0, 4).send();
        assertThat(ahead.isParked()).as("served here").isTrue();
        ahead.pending.drop();
    }

    /** A registration that the leader has not seen a fetch of may have lost its log. */
    @Test
    void nobodyIsSentToANodeThatRegisteredAnew() {
        cluster.node(2).brokerEpoch++;
        cluster.node(2).fetchers.unfollow(cluster.node(2).replica(0));
        cluster.tell(cluster.node(0), 0, 0, 0);
        assertServedByTheLeader(askLeader("rack-2", 0));
    }

    /** While there is no controller everybody's lease ends, and nobody would serve those who are sent away. */
    @Test
    void leaderWithoutLeaseSendsNobodyAway() {
        cluster.node(0).leaseHolds = false;
        assertServedByTheLeader(askLeader("rack-2", 0));
    }

    @Test
    void outOfRangeIsSaidInsteadOfAnotherReplica() {
        PartitionData data = askLeader("rack-2", 77);
        assertThat(Errors.forCode(data.errorCode())).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
        assertThat(data.preferredReadReplica()).isEqualTo(NONE);
    }

    @Test
    void followersNeverSendConsumersOn() {
        PartitionData data = at(1).rack("rack-2").add(0, 0).send().partitions().get(0);
        assertThat(data.preferredReadReplica()).isEqualTo(NONE);
        assertThat(TestConsumer.batches(data)).isEqualTo(3);
    }

    // ---- the follower serves

    @Test
    void followerServesUpToItsHighWatermark() {
        assertThat(at(2).add(0, 1).send().batches()).isEqualTo(2);
        cluster.node(1).fetchers.unfollow(cluster.node(1).replica(0));
        cluster.loop.run();
        fill(1);
        assertThat(cluster.node(2).log(0).logEndOffset()).isEqualTo(4);
        TestConsumer waits = at(2).add(0, 3).send();
        assertThat(waits.isParked()).as("not committed: node 1 has not got it").isTrue();
        metadata();
        assertThat(waits.batches()).isOne();
    }

    @Test
    void consumerAtAFollowerHearsOfACommitWithoutAnyWait() {
        TestConsumer waits = at(2).add(0, 3).send();
        assertThat(waits.isParked()).isTrue();
        long beforeMs = cluster.loop.nowMs();
        fill(1);
        assertThat(waits.batches()).isOne();
        assertThat(cluster.loop.nowMs()).isEqualTo(beforeMs);
    }

    /** It has read at another replica what is not here yet: that is no reason to begin anew somewhere. */
    @Test
    void offsetBeyondTheFollowersLogIsWaitedFor() {
        TestConsumer ahead = at(2).add(0, 5).send();
        assertThat(ahead.isParked()).isTrue();
        cluster.loop.advance(500);
        PartitionData data = ahead.partitions().get(0);
        assertThat(Errors.forCode(data.errorCode())).isEqualTo(Errors.OFFSET_NOT_AVAILABLE);
        TestConsumer again = at(2).add(0, 5).send();
        fill(3);
        assertThat(again.batches()).isOne();
    }

    @Test
    void followerThatIsNotInSyncServesNobody() {
        cluster.node(2).inIsr = false;
        metadata();
        PartitionData data = at(2).add(0, 0).send().partitions().get(0);
        assertThat(Errors.forCode(data.errorCode())).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(data.currentLeader().leaderId()).isZero();
    }

    @Test
    void whoWaitsAtAFollowerIsSentAwayWhenItLeavesTheIsr() {
        TestConsumer waits = at(2).add(0, 3).send();
        cluster.node(2).inIsr = false;
        metadata();
        assertThat(Errors.forCode(waits.partitions().get(0).errorCode())).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void followerThatIsFencedServesNobody() {
        cluster.node(2).fenced = true;
        metadata();
        PartitionData data = at(2).add(0, 0).send().partitions().get(0);
        assertThat(Errors.forCode(data.errorCode())).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    }

    /** It may be fenced without knowing it. */
    @Test
    void followerWithoutLeaseServesNobody() {
        cluster.node(2).leaseHolds = false;
        PartitionData data = at(2).add(0, 0).send().partitions().get(0);
        assertThat(Errors.forCode(data.errorCode())).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void leaderServesWithoutLease() {
        cluster.node(0).leaseHolds = false;
        assertThat(at(0).add(0, 0).send().batches()).isEqualTo(3);
    }

    // ---- in a session

    @Test
    void consumerThatComesBackIsSentAgain() {
        TestConsumer consumer =
                at(0).begin(0, 0, 500, 1).rack("rack-1").add(0, 0).send();
        int session = consumer.response.sessionId();
        assertThat(consumer.partitions().get(0).preferredReadReplica()).isEqualTo(1);
        consumer.begin(session, 1, 500, 1).rack("rack-1").send();
        assertThat(consumer.partitions().get(0).preferredReadReplica()).isEqualTo(1);
        consumer.begin(session, 2, 500, 1).rack("rack-1").forget(0).send();
        assertThat(consumer.isParked()).isFalse();
        assertThat(consumer.partitions()).isEmpty();
    }
}
