// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.JobRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.MoveState;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.BrokerRegistrationRecord;
import io.shiplog.metadata.proto.BrokerStateRecord;
import io.shiplog.metadata.proto.ChangeCause;
import io.shiplog.metadata.proto.JobMove;
import io.shiplog.metadata.proto.JobMovesRecord;
import io.shiplog.metadata.proto.JobRecord;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.PartitionChangeRecord;
import io.shiplog.metadata.proto.PartitionRecord;
import io.shiplog.metadata.proto.PartitionState;
import io.shiplog.metadata.proto.RemoveTopicRecord;
import io.shiplog.metadata.proto.TopicRecord;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class ControllerMetricsTest {
    private static final ByteString TOPIC = Uuids.toBytes(new Uuid(1, 1));

    private static final class Node implements ControllerMetrics.Source {
        MetadataImage image = MetadataImage.empty();
        boolean active;

        @Override
        public MetadataImage image() {
            return image;
        }

        @Override
        public boolean isActiveController() {
            return active;
        }

        @Override
        public int raftState() {
            return 3;
        }

        @Override
        public long term() {
            return 7;
        }

        @Override
        public int leaderId() {
            return 2;
        }

        @Override
        public int voters() {
            return 5;
        }

        @Override
        public long commitIndex() {
            return 40;
        }

        @Override
        public long lastIndex() {
            return 42;
        }

        @Override
        public long wallClockMs() {
            return 10_000;
        }
    }

    private final Node node = new Node();
    private final ControllerEvents events = new ControllerEvents();
    private final ControllerMetrics metrics = new ControllerMetrics(node, events);

    private void apply(MetadataRecord.Builder... records) {
        MetadataEntry.Builder entry = MetadataEntry.newBuilder().setDecidedAtMs(9_000);
        for (MetadataRecord.Builder record : records) {
            entry.addRecords(record);
        }
        events.onApplied(node.image, entry.build());
        node.image = node.image.candidate(entry.getRecordsList());
    }

    private long value(String name) {
        return metrics.values().get(name).getAsLong();
    }

    private static MetadataRecord.Builder broker(int id) {
        return ImageRecords.record()
                .setBrokerRegistration(BrokerRegistrationRecord.newBuilder()
                        .setBrokerId(id)
                        .setIncarnationId(Uuids.toBytes(new Uuid(5, id)))
                        .setFenced(true));
    }

    private MetadataRecord.Builder state(int id, boolean fenced, boolean inShutdown, String cause) {
        return ImageRecords.record()
                .setBrokerState(BrokerStateRecord.newBuilder()
                        .setBrokerId(id)
                        .setBrokerEpoch(node.image.broker(id).epoch())
                        .setFenced(fenced)
                        .setInControlledShutdown(inShutdown)
                        .setCause(cause));
    }

    private static PartitionState.Builder partition(int leader, int epoch, List<Integer> elr) {
        PartitionState.Builder state = PartitionState.newBuilder()
                .setLeader(leader)
                .setPartitionEpoch(epoch)
                .addAllElr(elr);
        return leader < 0 ? state : state.addIsr(leader);
    }

    private static MetadataRecord.Builder created(int number, int leader, List<Integer> elr) {
        return ImageRecords.record()
                .setPartition(PartitionRecord.newBuilder()
                        .setTopicId(TOPIC)
                        .setPartition(number)
                        .addAllReplicas(List.of(1, 2, 3))
                        .setState(partition(leader, 0, elr)));
    }

    private static MetadataRecord.Builder changed(int number, int leader, ChangeCause cause) {
        return ImageRecords.record()
                .setPartitionChange(PartitionChangeRecord.newBuilder()
                        .setTopicId(TOPIC)
                        .setPartition(number)
                        .setState(partition(leader, 1, List.of()))
                        .setCause(cause));
    }

    private static MetadataRecord.Builder topic() {
        return ImageRecords.record()
                .setTopic(TopicRecord.newBuilder().setTopicId(TOPIC).setName("t"));
    }

    @Test
    void brokersAreCountedByTheirState() {
        apply(broker(1), broker(2), broker(3));
        assertThat(value("KafkaController.FencedBrokerCount")).isEqualTo(3);
        apply(state(1, false, false, ""), state(2, false, true, ""));
        assertThat(value("KafkaController.ActiveBrokerCount")).isEqualTo(2);
        assertThat(value("KafkaController.FencedBrokerCount")).isEqualTo(1);
        assertThat(value("KafkaController.ControlledShutdownBrokerCount")).isEqualTo(1);
    }

    @Test
    void onlyTheEndOfASessionCountsAsTimedOut() {
        apply(broker(1), broker(2));
        apply(state(1, true, false, "session timeout"), state(2, true, false, "connection lost"));
        assertThat(value("KafkaController.TimedOutBrokerHeartbeatCount")).isEqualTo(1);
    }

    @Test
    void openJobsAndTheirMovesAreCounted() {
        JobRecord.Builder head = JobRecord.newBuilder().setJobId(1).setKind(JobRecord.Kind.BALANCE);
        JobMovesRecord.Builder moves = JobMovesRecord.newBuilder().setJobId(1);
        for (int number = 0; number < 4; number++) {
            moves.addMoves(JobMove.newBuilder().setTopicId(TOPIC).setPartition(number));
        }
        apply(
                ImageRecords.record()
                        .setJob(head.setState(JobRecord.State.PAUSED).setHeldSinceMs(1)),
                ImageRecords.record().setJobMoves(moves),
                JobRecords.moveState(1, 1, MoveState.MOVING, 0).toBuilder(),
                JobRecords.moveState(1, 2, MoveState.DONE, 0).toBuilder(),
                JobRecords.moveState(1, 3, MoveState.REVERTING, 0).toBuilder());
        assertThat(value("shiplog-jobs.OpenJobCount")).isEqualTo(1);
        assertThat(value("shiplog-jobs.PausedJobCount")).isEqualTo(1);
        assertThat(value("shiplog-jobs.HeldJobCount")).isEqualTo(1);
        assertThat(value("shiplog-jobs.WaitingMoveCount")).isEqualTo(1);
        assertThat(value("shiplog-jobs.MovingCount")).isEqualTo(2);
        assertThat(value("shiplog-jobs.DoneMoveCount")).isEqualTo(1);
        apply(ImageRecords.record().setJob(head.setState(JobRecord.State.CANCELLED)));
        assertThat(value("shiplog-jobs.OpenJobCount")).isZero();
        assertThat(value("shiplog-jobs.WaitingMoveCount")).isZero();
    }

    @Test
    void partitionsAreCountedAsTheyComeChangeAndGo() {
        apply(topic(), created(0, 1, List.of()), created(1, 2, List.of()), created(2, -1, List.of()));
        assertThat(value("KafkaController.GlobalTopicCount")).isEqualTo(1);
        assertThat(value("KafkaController.GlobalPartitionCount")).isEqualTo(3);
        assertThat(value("KafkaController.OfflinePartitionsCount")).isEqualTo(1);
        assertThat(value("KafkaController.PreferredReplicaImbalanceCount")).isEqualTo(2);
        apply(changed(1, 1, ChangeCause.PREFERRED_LEADER), changed(2, 3, ChangeCause.BROKER_UNFENCED));
        assertThat(value("KafkaController.OfflinePartitionsCount")).isZero();
        assertThat(value("KafkaController.PreferredReplicaImbalanceCount")).isEqualTo(1);
        apply(ImageRecords.record()
                .setRemoveTopic(RemoveTopicRecord.newBuilder().setTopicId(TOPIC)));
        assertThat(node.image.partitionCounts().partitions()).isZero();
        assertThat(value("KafkaController.PreferredReplicaImbalanceCount")).isZero();
    }

    @Test
    void electionsOutsideTheIsrAreCountedByTheirKind() {
        apply(topic(), created(0, -1, List.of(2)), created(1, -1, List.of()), created(2, -1, List.of(2)));
        apply(
                changed(0, 2, ChangeCause.BROKER_UNFENCED),
                changed(1, 3, ChangeCause.UNCLEAN_ELECTION),
                changed(2, -1, ChangeCause.REPLICA_FENCED));
        assertThat(value("KafkaController.ElectionFromEligibleLeaderReplicasPerSec"))
                .isEqualTo(1);
        assertThat(value("KafkaController.UncleanLeaderElectionsPerSec")).isEqualTo(1);
    }

    @Test
    void theActiveControllerDoesNotLag() {
        apply(broker(1));
        assertThat(value("KafkaController.LastAppliedRecordOffset")).isZero();
        assertThat(value("KafkaController.LastAppliedRecordTimestamp")).isEqualTo(9_000);
        assertThat(value("KafkaController.LastAppliedRecordLagMs")).isEqualTo(1_000);
        node.active = true;
        assertThat(value("KafkaController.ActiveControllerCount")).isEqualTo(1);
        assertThat(value("KafkaController.LastAppliedRecordLagMs")).isZero();
    }

    @Test
    void offsetsOfTheRaftLogAreKafkas() {
        assertThat(value("raft-metrics.high-watermark")).isEqualTo(41);
        assertThat(value("raft-metrics.log-end-offset")).isEqualTo(43);
        assertThat(value("raft-metrics.current-epoch")).isEqualTo(7);
        assertThat(value("raft-metrics.current-state")).isEqualTo(3);
        assertThat(value("raft-metrics.number-of-voters")).isEqualTo(5);
    }

    @Test
    void timesAreQuantiles() {
        events.onEvent(3_000_000, 7_000_000);
        events.onCommitted(2_500_000);
        assertThat(value("KafkaController.EventQueueTimeMs.max")).isEqualTo(3);
        assertThat(value("KafkaController.EventQueueProcessingTimeMs.p99")).isEqualTo(7);
        assertThat(value("raft-metrics.commit-latency-us.p50")).isEqualTo(2_500);
        assertThat(value("raft-metrics.commit-latency.count")).isEqualTo(1);
    }
}
