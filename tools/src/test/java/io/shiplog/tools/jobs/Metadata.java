// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.BrokerRegistrationRecord;
import io.shiplog.metadata.proto.BrokerStateRecord;
import io.shiplog.metadata.proto.JobMove;
import io.shiplog.metadata.proto.JobMoveStateRecord;
import io.shiplog.metadata.proto.JobMovesRecord;
import io.shiplog.metadata.proto.JobRecord;
import io.shiplog.metadata.proto.JobSettings;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.PartitionRecord;
import io.shiplog.metadata.proto.PartitionState;
import io.shiplog.metadata.proto.TopicRecord;
import java.util.List;
import org.apache.kafka.common.Uuid;

/** Metadata for tests of this package, made of the records that the quorum would agree on. */
final class Metadata {
    static final Uuid TOPIC = new Uuid(1, 2);
    static final long START_MS = 1_000_000;
    private static final int REQUEST_ID_BYTES = 16;

    private MetadataImage image = MetadataImage.empty();

    MetadataImage image() {
        return image;
    }

    Metadata add(MetadataRecord.Builder record) {
        image = image.candidate(List.of(record.setVersion(1).build()));
        return this;
    }

    Metadata node(int id, String rack) {
        return add(MetadataRecord.newBuilder()
                        .setBrokerRegistration(BrokerRegistrationRecord.newBuilder()
                                .setBrokerId(id)
                                .setIncarnationId(Uuids.toBytes(new Uuid(7, id)))
                                .setRack(rack)
                                .setFenced(true)))
                .state(id, BrokerStateRecord.newBuilder());
    }

    Metadata state(int id, BrokerStateRecord.Builder state) {
        return add(MetadataRecord.newBuilder()
                .setBrokerState(
                        state.setBrokerId(id).setBrokerEpoch(image.broker(id).epoch())));
    }

    Metadata topic(String name) {
        return add(MetadataRecord.newBuilder()
                .setTopic(TopicRecord.newBuilder()
                        .setTopicId(Uuids.toBytes(TOPIC))
                        .setName(name)));
    }

    /** The next partition of the topic, led by the first replica. */
    Metadata partition(int number, Integer... replicas) {
        return add(MetadataRecord.newBuilder()
                .setPartition(PartitionRecord.newBuilder()
                        .setTopicId(Uuids.toBytes(TOPIC))
                        .setPartition(number)
                        .addAllReplicas(List.of(replicas))
                        .setState(PartitionState.newBuilder()
                                .setLeader(replicas[0])
                                .addAllIsr(List.of(replicas)))));
    }

    Metadata job(long id, JobRecord.State state, long rate) {
        return add(MetadataRecord.newBuilder().setJob(head(id, state, rate)));
    }

    static JobRecord.Builder head(long id, JobRecord.State state, long rate) {
        return JobRecord.newBuilder()
                .setJobId(id)
                .setRequestId(ByteString.copyFrom(new byte[REQUEST_ID_BYTES]))
                .setKind(JobRecord.Kind.REASSIGN)
                .setState(state)
                .setTitle("test")
                .setCreatedAtMs(START_MS)
                .setChangedAtMs(START_MS)
                .setRunningSinceMs(START_MS)
                .setSettings(JobSettings.newBuilder()
                        .setRateBytesPerSecond(rate)
                        .setMaxInFlight(20)
                        .setMaxPerNode(5));
    }

    static JobMove move(int partition, long bytes, List<Integer> expected, List<Integer> replicas) {
        return JobMove.newBuilder()
                .setTopicId(Uuids.toBytes(TOPIC))
                .setPartition(partition)
                .addAllExpected(expected)
                .addAllReplicas(replicas)
                .setBytes(bytes)
                .build();
    }

    Metadata moves(long id, JobMove... moves) {
        return add(MetadataRecord.newBuilder()
                .setJobMoves(JobMovesRecord.newBuilder().setJobId(id).addAllMoves(List.of(moves))));
    }

    Metadata moveState(long id, int index, JobMove.State state) {
        return add(MetadataRecord.newBuilder()
                .setJobMoveState(JobMoveStateRecord.newBuilder()
                        .setJobId(id)
                        .setIndex(index)
                        .setState(state)
                        .setAtMs(START_MS)));
    }

    JobImage job(long id) {
        return image.jobs().job(id);
    }

    static PartitionId id(int partition) {
        return new PartitionId(TOPIC, partition);
    }
}
