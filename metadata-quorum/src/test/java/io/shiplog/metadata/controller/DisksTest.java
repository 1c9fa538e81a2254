// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.HeldTopic;
import io.shiplog.metadata.proto.LogDirReport;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.RegisterBrokerCommand;
import io.shiplog.metadata.proto.ReportOfflineReplicasCommand;
import java.util.BitSet;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes with several disks: what a disk that fails, is away or is an old one means for partitions (C17, C20). */
class DisksTest {
    private static final Uuid SECOND = new Uuid(0xD2, 1);

    private TestCluster cluster;

    @BeforeEach
    void start() {
        cluster = TestCluster.of(3);
    }

    private MetadataCommand.Builder offline(int brokerId, TopicImage topic, int... partitions) {
        ReportOfflineReplicasCommand.Builder report = ReportOfflineReplicasCommand.newBuilder();
        for (int partition : partitions) {
            report.addPartitions(TestCluster.ref(topic, partition));
        }
        return cluster.from(brokerId).setReportOfflineReplicas(report);
    }

    // ---- a disk fails while the node runs

    @Test
    void leaderWhoseDiskFailedHandsOverAndLeavesTheIsr() {
        TopicImage topic = cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.ok(offline(1, topic, 0));
        PartitionImage state = cluster.partition("t");
        assertThat(state.leader()).isEqualTo(2);
        assertThat(state.leaderEpoch()).isEqualTo(1);
        assertThat(state.isr()).containsExactly(2, 3);
        assertThat(cluster.broker(1).fenced()).isFalse();
    }

    @Test
    void followerWhoseDiskFailedLeavesTheIsrAndTheLeaderStays() {
        TopicImage topic = cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.ok(offline(3, topic, 0));
        assertThat(cluster.partition("t").leader()).isEqualTo(1);
        assertThat(cluster.partition("t").isr()).containsExactly(1, 2);
    }

    @Test
    void whereNobodyElseCouldLeadNothingChanges() {
        TopicImage topic = cluster.topicOn("t", TestCluster.ids(1, 2, 3), "min.insync.replicas", "1");
        cluster.alterIsr("t", 1);
        PartitionImage before = cluster.partition("t");
        cluster.ok(offline(1, topic, 0));
        assertThat(cluster.partition("t")).isEqualTo(before);
    }

    @Test
    void anEligibleReplicaTakesOverFromTheLastInSync() {
        TopicImage topic = cluster.topicOn("t", TestCluster.ids(1, 2, 3), "min.insync.replicas", "2");
        cluster.alterIsr("t", 1);
        assertThat(cluster.partition("t").elr()).containsExactly(2, 3);
        cluster.ok(offline(1, topic, 0));
        assertThat(cluster.partition("t").leader()).isEqualTo(2);
        assertThat(cluster.partition("t").inIsr(1)).isFalse();
        assertThat(cluster.partition("t").inElr(1)).isFalse();
    }

    @Test
    void toldAgainOrOfWhatIsNotThereNothingChanges() {
        TopicImage topic = cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.ok(offline(1, topic, 0));
        long offset = cluster.image().offset();
        cluster.ok(offline(1, topic, 0, 5, -1));
        assertThat(cluster.image().offset()).isEqualTo(offset);
    }

    @Test
    void onlyTheBrokerItselfTells() {
        TopicImage topic = cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        MetadataCommand.Builder stale = offline(1, topic, 0).setBrokerEpoch(cluster.epoch(1) - 1);
        assertThat(Errors.forCode((short) cluster.run(stale).getError())).isEqualTo(Errors.STALE_BROKER_EPOCH);
        assertThat(cluster.partition("t").leader()).isEqualTo(1);
    }

    // ---- disks at the next start. 1 is the last in sync, so that the ELR shows whether it is still trusted

    private TopicImage lastInSync() {
        TopicImage topic = cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.alterIsr("t", 1);
        cluster.fence(1, 2, 3);
        assertThat(cluster.partition("t").elr()).containsExactly(1, 2, 3);
        return topic;
    }

    private void eligibleAfter(RegisterBrokerCommand.Builder registration, int... expected) {
        assertThat(Errors.forCode((short) cluster.register(1, registration).getError()))
                .isEqualTo(Errors.NONE);
        assertThat(cluster.partition("t").elr()).containsExactly(expected);
    }

    private LogDirReport.Builder report(Uuid directory, Uuid... incarnations) {
        LogDirReport.Builder report = LogDirReport.newBuilder().setDirectoryId(Uuids.toBytes(directory));
        for (Uuid incarnation : incarnations) {
            report.addIncarnations(Uuids.toBytes(incarnation));
        }
        return report;
    }

    private static HeldTopic held(TopicImage topic, int... partitions) {
        BitSet bits = new BitSet();
        for (int partition : partitions) {
            bits.set(partition);
        }
        return HeldTopic.newBuilder()
                .setTopicId(Uuids.toBytes(topic.id()))
                .setPartitions(ByteString.copyFrom(bits.toByteArray()))
                .build();
    }

    private Uuid lastIncarnation() {
        return cluster.broker(1).incarnationId();
    }

    private void withTwoDisks() {
        cluster.fence(1);
        cluster.register(1, cluster.registration(1).addDirectoryIds(Uuids.toBytes(SECOND)));
        cluster.unfence(1);
    }

    @Test
    void diskThatSawTheLastLifeIsTrusted() {
        lastInSync();
        Uuid own = TestCluster.directory(1);
        eligibleAfter(cluster.registration(1).addLogDirs(report(own, new Uuid(3, 3), lastIncarnation())), 1, 2, 3);
    }

    @Test
    void oldImageOfADiskIsNot() {
        lastInSync();
        Uuid own = TestCluster.directory(1);
        eligibleAfter(cluster.registration(1).addLogDirs(report(own, new Uuid(3, 3))), 2, 3);
    }

    @Test
    void diskThatDoesNotTellOfLivesIsTakenAsItIs() {
        lastInSync();
        eligibleAfter(cluster.registration(1).addLogDirs(report(TestCluster.directory(1))), 1, 2, 3);
    }

    @Test
    void whatLiesOnTheDiskThatIsLeftIsTrusted() {
        withTwoDisks();
        TopicImage topic = lastInSync();
        LogDirReport.Builder left =
                report(TestCluster.directory(1), lastIncarnation()).addHeld(held(topic, 0));
        eligibleAfter(cluster.registration(1).addLogDirs(left), 1, 2, 3);
    }

    @Test
    void whatLayOnTheDiskThatIsMissingIsNot() {
        withTwoDisks();
        TopicImage topic = lastInSync();
        LogDirReport.Builder left =
                report(TestCluster.directory(1), lastIncarnation()).addHeld(held(topic, 1));
        eligibleAfter(cluster.registration(1).addLogDirs(left), 2, 3);
    }

    @Test
    void whatIsHeldOnADiskThatTheBrokerDidNotHaveIsNot() {
        withTwoDisks();
        TopicImage topic = lastInSync();
        Uuid stranger = new Uuid(0xD3, 1);
        RegisterBrokerCommand.Builder registration = cluster.registration(1).addDirectoryIds(Uuids.toBytes(stranger));
        registration.addLogDirs(report(stranger, lastIncarnation()).addHeld(held(topic, 0)));
        eligibleAfter(registration, 2, 3);
    }

    @Test
    void whatIsHeldOnADiskThatHadBeenAwayIsNot() {
        withTwoDisks();
        TopicImage topic = lastInSync();
        RegisterBrokerCommand.Builder registration = cluster.registration(1).addDirectoryIds(Uuids.toBytes(SECOND));
        registration.addLogDirs(report(TestCluster.directory(1), lastIncarnation()));
        registration.addLogDirs(report(SECOND, new Uuid(3, 3)).addHeld(held(topic, 0)));
        eligibleAfter(registration, 2, 3);
    }
}
