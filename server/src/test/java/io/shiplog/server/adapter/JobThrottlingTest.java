// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.JobMove;
import io.shiplog.metadata.proto.JobMoveStateRecord;
import io.shiplog.metadata.proto.JobMovesRecord;
import io.shiplog.metadata.proto.JobRecord;
import io.shiplog.metadata.proto.JobSettings;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.PartitionRecord;
import io.shiplog.metadata.proto.PartitionState;
import io.shiplog.replication.runtime.JobThrottles;
import io.shiplog.replication.runtime.RateLimit;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ReplicaContext;
import io.shiplog.replication.runtime.ReplicaSet;
import io.shiplog.replication.runtime.ReplicaThrottle;
import io.shiplog.replication.runtime.ReplicationSettings;
import io.shiplog.server.HandLoop;
import io.shiplog.storage.StorageClock;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.LogSettings;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Job 7 moves partition 0 so that this node gets a replica. */
class JobThrottlingTest {
    private static final int NODE = 101;
    private static final int LEADER = 102;
    private static final int OTHER = 103;
    private static final Uuid TOPIC = new Uuid(0, 8);
    private static final long JOB = 7;
    private static final long RATE = 3_000_000;

    @TempDir
    Path path;

    private final HandLoop loop = HandLoop.waiting();
    private final ReplicaSet replicas = new ReplicaSet(
            new ReplicaContext(loop, (partition, proposal, outcome) -> {}, ReplicationSettings.defaults(NODE)));
    private final JobThrottling throttling = new JobThrottling(replicas, loop);
    private final JobThrottles throttles = replicas.throttles().jobs();
    private LogDirectories directories;
    private MetadataImage image = Images.after(
            MetadataImage.empty(),
            Images.broker(NODE, 9_101),
            Images.broker(LEADER, 9_102),
            Images.broker(OTHER, 9_103),
            Images.topic(TOPIC, "t"),
            partition(0),
            partition(1));

    @BeforeEach
    void open() {
        directories = LogDirectories.open(
                NODE, List.of(path.resolve("log")), LogDirectoryConfig.defaultConfig(), StorageClock.system());
        directories.recover();
        directories.markRunning(1);
        for (int i = 0; i < 2; i++) {
            TopicIdPartition id = new TopicIdPartition(TOPIC, i, "t");
            replicas.create(id, directories.logOrNew(id, LogSettings.defaults()))
                    .apply(PartitionStates.of(image, TOPIC, image.partition(TOPIC, i)));
        }
    }

    @AfterEach
    void close() {
        replicas.close();
        directories.close();
    }

    private static MetadataRecord partition(int partition) {
        return record(MetadataRecord.newBuilder()
                .setPartition(PartitionRecord.newBuilder()
                        .setTopicId(Uuids.toBytes(TOPIC))
                        .setPartition(partition)
                        .addAllReplicas(List.of(LEADER, NODE, OTHER))
                        .setState(PartitionState.newBuilder()
                                .setLeader(LEADER)
                                .addAllIsr(List.of(LEADER, OTHER))
                                .setDurable(true)
                                .addAdding(NODE))));
    }

    private static MetadataRecord head(JobRecord.State state, long rate, long minRate) {
        return record(MetadataRecord.newBuilder()
                .setJob(JobRecord.newBuilder()
                        .setJobId(JOB)
                        .setRequestId(ByteString.copyFrom(new byte[16]))
                        .setKind(JobRecord.Kind.REASSIGN)
                        .setState(state)
                        .setSettings(JobSettings.newBuilder()
                                .setRateBytesPerSecond(rate)
                                .setMinRateBytesPerSecond(minRate)
                                .setMaxInFlight(20)
                                .setMaxPerNode(5))));
    }

    private static MetadataRecord moves() {
        JobMovesRecord.Builder moves = JobMovesRecord.newBuilder().setJobId(JOB);
        for (int i = 0; i < 2; i++) {
            moves.addMoves(JobMove.newBuilder()
                    .setTopicId(Uuids.toBytes(TOPIC))
                    .setPartition(i)
                    .addAllReplicas(List.of(LEADER, NODE))
                    .addAllExpected(List.of(LEADER, OTHER))
                    .setState(JobMove.State.WAITING));
        }
        return record(MetadataRecord.newBuilder().setJobMoves(moves));
    }

    private static MetadataRecord move(int index, JobMove.State state) {
        return record(MetadataRecord.newBuilder()
                .setJobMoveState(JobMoveStateRecord.newBuilder()
                        .setJobId(JOB)
                        .setIndex(index)
                        .setState(state)));
    }

    private static MetadataRecord record(MetadataRecord.Builder body) {
        return body.setVersion(1).build();
    }

    private void become(MetadataRecord... records) {
        image = Images.after(image, records);
        throttling.onJobsChanged(image);
    }

    private void begin(long rate, long minRate) {
        become(head(JobRecord.State.RUNNING, rate, minRate), moves(), move(0, JobMove.State.MOVING));
    }

    private ReplicaThrottle throttle(int partition) {
        return replicas.get(TOPIC, partition).throttle();
    }

    @Test
    void whatAMoveThatIsOnItsWayBringsIsLimitedAndNothingElse() {
        begin(RATE, 0);
        assertThat(throttle(0).fetching()).isSameAs(throttles.get(JOB).asFollower());
        assertThat(throttle(0).shippingTo(NODE)).isSameAs(throttles.get(JOB).asLeader());
        assertThat(throttles.get(JOB).asFollower().rate()).isEqualTo(RATE);
        assertThat(throttle(0).shippingTo(OTHER)).isNull();
        assertThat(throttle(1).fetching()).as("its move has not begun").isNull();
    }

    @Test
    void aJobWithoutARateIsAdaptive() {
        begin(0, RATE);
        assertThat(throttles.get(JOB).isAdaptive()).isTrue();
        assertThat(throttles.get(JOB).minRate()).isEqualTo(RATE);
    }

    @Test
    void anAdaptiveJobWithoutAMinimumHasOneAllTheSame() {
        begin(0, 0);
        assertThat(throttles.get(JOB).minRate()).isEqualTo(JobThrottling.DEFAULT_MIN_RATE);
    }

    @Test
    void ofAPausedJobNothingPassesUntilItGoesOn() {
        begin(RATE, 0);
        become(head(JobRecord.State.PAUSED, RATE, 0));
        assertThat(throttle(0).ordersNothing()).isTrue();
        assertThat(throttles.get(JOB).isHeld()).isTrue();
        become(head(JobRecord.State.RUNNING, RATE, 0));
        assertThat(throttle(0).ordersNothing()).isFalse();
        assertThat(throttles.get(JOB).isHeld()).isFalse();
    }

    @Test
    void aRateThatIsChangedHoldsAtOnce() {
        begin(RATE, 0);
        become(head(JobRecord.State.RUNNING, 2 * RATE, 0));
        assertThat(throttles.get(JOB).asFollower().rate()).isEqualTo(2 * RATE);
        become(head(JobRecord.State.RUNNING, 0, RATE));
        assertThat(throttles.get(JOB).asFollower().isLimited()).isFalse();
        assertThat(throttles.get(JOB).isAdaptive()).isTrue();
    }

    @Test
    void aMoveThatIsDoneIsNotLimitedAnyMore() {
        begin(RATE, 0);
        become(move(0, JobMove.State.DONE), move(1, JobMove.State.MOVING));
        assertThat(throttle(0).fetching()).isNull();
        assertThat(throttle(1).fetching()).isNotNull();
    }

    @Test
    void withTheJobItsLimitsEnd() {
        begin(RATE, 0);
        RateLimit limit = throttles.get(JOB).asLeader();
        become(head(JobRecord.State.FAILED, RATE, 0));
        assertThat(throttle(0).fetching()).isNull();
        assertThat(throttles.open()).isEmpty();
        assertThat(limit.isLimited()).as("whoever waits for it goes on").isFalse();
    }

    @Test
    void aReplicaThatComesLaterFindsTheLimit() {
        begin(RATE, 0);
        replicas.remove(TOPIC, 0);
        TopicIdPartition id = new TopicIdPartition(TOPIC, 0, "t");
        Replica again = replicas.create(id, directories.log(TOPIC, 0));
        throttling.applyTo(again, new PartitionId(TOPIC, 0), image);
        again.apply(PartitionStates.of(image, TOPIC, image.partition(TOPIC, 0)));
        assertThat(again.throttle().fetching()).isNotNull();
    }

    /** The job hears of it later. */
    @Test
    void withATopicThatIsDeletedTheLimitOfItsReplicaEnds() {
        begin(RATE, 0);
        become(Images.removeTopic(TOPIC));
        assertThat(image.jobs().throttleOf(new PartitionId(TOPIC, 0))).isNotNull();
        assertThat(throttle(0).fetching()).isNull();
        assertThat(throttles.open()).as("the job is still there").hasSize(1);
    }
}
