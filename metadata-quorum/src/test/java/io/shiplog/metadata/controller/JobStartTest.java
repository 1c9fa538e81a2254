// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static io.shiplog.metadata.proto.JobRecord.Kind.DRAIN_NODE;
import static io.shiplog.metadata.proto.JobRecord.Kind.REASSIGN;
import static io.shiplog.metadata.proto.JobRecord.Kind.REPLACE_NODE;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.image.Features;
import io.shiplog.metadata.image.JobState;
import io.shiplog.metadata.proto.AlterReassignmentsCommand;
import io.shiplog.metadata.proto.ControlJobCommand;
import io.shiplog.metadata.proto.FeatureUpdate;
import io.shiplog.metadata.proto.JobMove;
import io.shiplog.metadata.proto.JobRecord;
import io.shiplog.metadata.proto.JobSettings;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.Reassignment;
import io.shiplog.metadata.proto.StartJobCommand;
import io.shiplog.metadata.proto.UpdateFeaturesCommand;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which jobs are started, and each reason not to with a request in which only that is wrong. Topics t and u are on 1, 2 and 3 of six nodes. */
class JobStartTest {
    private TestCluster cluster;
    private TestJobs jobs;

    @BeforeEach
    void createTopics() {
        cluster = TestCluster.of(6);
        jobs = new TestJobs(cluster);
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.topicOn("u", TestCluster.ids(1, 2, 3));
    }

    @Test
    void jobIsStartedWhole() {
        long id = jobs.start(jobs.moving("t", 4, 5, 6).addMoves(jobs.move("u", 3, 2, 1)));
        assertThat(id).isEqualTo(1);
        jobs.is(id, JobState.RUNNING);
        assertThat(jobs.job(id).moves()).hasSize(2);
        assertThat(jobs.job(id).settings().maxInFlight()).isEqualTo(20);
        assertThat(jobs.job(id).settings().maxPerNode()).isEqualTo(5);
        assertThat(jobs.job(id).createdAtMs()).isEqualTo(jobs.wallClockMs);
        assertThat(cluster.partition("t").reassigning()).as("nothing moves yet").isFalse();
    }

    @Test
    void nameOfWhoStartedItIsKeptShortAndPrintable() {
        String principal = "User:al\u001b[31mice" + "x".repeat(1_000);
        long id = cluster.ok(jobs.command(jobs.moving("t", 4, 5, 6)).setPrincipal(principal))
                .getStartJob()
                .getJobId();
        assertThat(jobs.job(id).principal()).startsWith("User:al?[31mice").hasSize(200);
    }

    @Test
    void sameRequestAgainIsTheSameJob() {
        StartJobCommand.Builder start = jobs.moving("t", 4, 5, 6);
        long id = jobs.start(start);
        long offset = cluster.image().offset();
        assertThat(jobs.start(start)).isEqualTo(id);
        assertThat(cluster.image().offset()).isEqualTo(offset);
    }

    @Test
    void whatIsOnlyCheckedChangesNothing() {
        long offset = cluster.image().offset();
        assertThat(jobs.start(jobs.moving("t", 4, 5, 6).setValidateOnly(true))).isZero();
        assertThat(cluster.image().offset()).isEqualTo(offset);
        jobs.refused(Errors.INVALID_REQUEST, "no moves", jobs.job(REASSIGN).setValidateOnly(true));
    }

    @Test
    void stagesAreSorted() {
        long id = jobs.start(jobs.job(REASSIGN)
                .addMoves(jobs.move("t", 4, 5, 6).setStage(2))
                .addMoves(jobs.move("u", 4, 5, 6).setStage(1)));
        assertThat(jobs.job(id).move(0).stage()).isEqualTo(1);
        assertThat(jobs.job(id).move(1).stage()).isEqualTo(2);
    }

    @Test
    void formIsChecked() {
        StartJobCommand sound = jobs.moving("t", 4, 5, 6).build();
        jobs.refused(
                Errors.INVALID_REQUEST, "16 random bytes", sound.toBuilder().setRequestId(ByteString.EMPTY));
        jobs.refused(Errors.INVALID_REQUEST, "kind", sound.toBuilder().setKindValue(99));
        jobs.refused(Errors.INVALID_REQUEST, "title", sound.toBuilder().setTitle("x".repeat(201)));
        jobs.refused(Errors.INVALID_REQUEST, "printable", sound.toBuilder().setTitle("red \u001b[31m"));
        jobs.refused(
                Errors.INVALID_REQUEST,
                "rate",
                sound.toBuilder().setSettings(JobSettings.newBuilder().setRateBytesPerSecond(-1)));
        jobs.refused(
                Errors.INVALID_REQUEST,
                "rate",
                sound.toBuilder().setSettings(JobSettings.newBuilder().setMinRateBytesPerSecond(-1)));
        jobs.refused(Errors.INVALID_REQUEST, "from 1 to 1000", sound.toBuilder().setSettings(TestJobs.atATime(-1, 1)));
        jobs.refused(
                Errors.INVALID_REQUEST, "from 1 to 1000", sound.toBuilder().setSettings(TestJobs.atATime(1, 1_001)));
        jobs.refused(Errors.INVALID_REQUEST, "names 0 nodes", sound.toBuilder().addNodes(1));
        jobs.refused(Errors.INVALID_REQUEST, "no moves", sound.toBuilder().clearMoves());
        jobs.refused(
                Errors.INVALID_REQUEST,
                "below 0",
                jobs.job(REASSIGN).addMoves(jobs.move("t", 4, 5, 6).setStage(-1)));
        jobs.refused(
                Errors.INVALID_REQUEST,
                "from 0 to 562949953421312",
                jobs.job(REASSIGN).addMoves(jobs.move("t", 4, 5, 6).setBytes(-1)));
        jobs.refused(
                Errors.INVALID_REQUEST,
                "from 0 to 562949953421312",
                jobs.job(REASSIGN).addMoves(jobs.move("t", 4, 5, 6).setBytes((1L << 49) + 1)));
    }

    @Test
    void partitionMustExistAndBeNamedOnce() {
        jobs.refused(
                Errors.UNKNOWN_TOPIC_OR_PARTITION,
                "no topic with the id",
                jobs.job(REASSIGN)
                        .addMoves(jobs.move("t", 4, 5, 6)
                                .setTopicId(io.shiplog.metadata.image.Uuids.toBytes(new Uuid(9, 9)))));
        jobs.refused(
                Errors.UNKNOWN_TOPIC_OR_PARTITION,
                "no partition 1 of topic t, which has 0 to 0",
                jobs.job(REASSIGN).addMoves(jobs.move("t", 4, 5, 6).setPartition(1)));
        jobs.refused(
                Errors.INVALID_REQUEST,
                "t-0 is named twice",
                jobs.moving("t", 4, 5, 6).addMoves(jobs.move("t", 4, 5, 6)));
    }

    @Test
    void targetMustBeASetOfUsableNodes() {
        jobs.refused(Errors.INVALID_REPLICA_ASSIGNMENT, "at least one replica", jobs.moving("t"));
        jobs.refused(Errors.INVALID_REPLICA_ASSIGNMENT, "each on a node of its own", jobs.moving("t", 4, 5, 4));
        jobs.refused(Errors.INVALID_REPLICA_ASSIGNMENT, "node 7, which is not registered", jobs.moving("t", 4, 5, 7));
        cluster.fence(4);
        jobs.refused(Errors.INVALID_REPLICA_ASSIGNMENT, "node 4 is down", jobs.moving("t", 4, 2, 3));
        cluster.unfence(4);
        cluster.ok(cluster.drain(4, true));
        jobs.refused(Errors.INVALID_REPLICA_ASSIGNMENT, "node 4 is being drained", jobs.moving("t", 4, 2, 3));
        cluster.ok(cluster.drain(4, false));
        cluster.ok(jobs.cordon(4, true));
        jobs.refused(Errors.INVALID_REPLICA_ASSIGNMENT, "node 4 is cordoned", jobs.moving("t", 4, 2, 3));
        cluster.ok(jobs.cordon(4, false));
        cluster.ok(cluster.change(4, false, true));
        jobs.refused(Errors.INVALID_REPLICA_ASSIGNMENT, "node 4 is shutting down", jobs.moving("t", 4, 2, 3));
    }

    @Test
    void nodeThatIsDownMayKeepWhatItHas() {
        cluster.fence(3);
        jobs.start(jobs.moving("t", 4, 2, 3));
    }

    @Test
    void planMustBeOfTheAssignmentAsItIs() {
        jobs.refused(
                Errors.INVALID_REPLICA_ASSIGNMENT,
                "t-0 is on [1, 2, 3] now and not on [1, 2]",
                jobs.job(REASSIGN)
                        .addMoves(jobs.move("t", 4, 5, 6)
                                .clearExpected()
                                .addExpected(1)
                                .addExpected(2)));
    }

    /** However much somebody sends, a refusal is a sentence. */
    @Test
    void refusalIsShortWhateverWasAsked() {
        JobMove.Builder move = jobs.move("t", 4, 5, 6);
        for (int node = 0; node < 10_000; node++) {
            move.addExpected(node);
        }
        jobs.refused(
                Errors.INVALID_REPLICA_ASSIGNMENT,
                "t-0 is on [1, 2, 3] now and not on 10003 nodes as when it was planned: plan again.",
                jobs.job(REASSIGN).addMoves(move));
    }

    @Test
    void partitionIsInOneJobOnly() {
        jobs.start(jobs.moving("t", 4, 5, 6));
        jobs.refused(Errors.REASSIGNMENT_IN_PROGRESS, "t-0 belongs to job 1", jobs.moving("t", 4, 5, 6));
    }

    @Test
    void operatorsOwnReassignmentKeepsAJobAway() {
        reassign("t", 4, 5, 6);
        jobs.refused(Errors.REASSIGNMENT_IN_PROGRESS, "t-0 is being reassigned", jobs.moving("t", 4, 5, 6));
    }

    private MetadataResult reassign(String topic, int... replicas) {
        Reassignment.Builder asked = Reassignment.newBuilder().setTopic(topic);
        for (int replica : replicas) {
            asked.addReplicas(replica);
        }
        return cluster.ok(TestCluster.own()
                .setAlterReassignments(AlterReassignmentsCommand.newBuilder().addPartitions(asked)));
    }

    @Test
    void jobKeepsAnOperatorsOwnReassignmentAway() {
        jobs.start(jobs.moving("t", 4, 5, 6));
        var error = reassign("t", 4, 5, 6).getAlterReassignments().getPartitions(0);
        assertThat(error.getError()).isEqualTo(Errors.REASSIGNMENT_IN_PROGRESS.code());
        assertThat(error.getMessage()).contains("job 1");
    }

    @Test
    void everyRefusalCounts() {
        jobs.refused(
                Errors.INVALID_REPLICA_ASSIGNMENT,
                "t-0 would be on node 7, which is not registered: there are [1, 2, 3, 4, 5, 6]. (1 other moves",
                jobs.moving("t", 7).addMoves(jobs.move("u", 8)));
    }

    @Test
    void thereAreNotTooManyJobsAndMoves() {
        for (int i = 0; i < 20; i++) {
            cluster.topicOn("n" + i, TestCluster.ids(1));
            jobs.start(jobs.moving("n" + i, 2));
        }
        jobs.refused(Errors.POLICY_VIOLATION, "20 jobs", jobs.moving("t", 4, 5, 6));
        StartJobCommand.Builder large = new TestJobs(cluster).job(REASSIGN);
        for (int i = 0; i <= JobLimits.MOVES; i++) {
            large.addMoves(jobs.move("t", 4, 5, 6));
        }
        jobs.refused(
                Errors.POLICY_VIOLATION,
                "at most 10000 moves",
                large.setRequestId(jobs.job(REASSIGN).getRequestId()));
    }

    // ---- emptying nodes

    @Test
    void nodeThatIsEmptiedIsCordoned() {
        long id = jobs.start(jobs.job(DRAIN_NODE).addNodes(3).addMoves(jobs.move("t", 1, 2, 4)));
        assertThat(cluster.broker(3).cordoned()).isTrue();
        assertThat(jobs.job(id).nodes()).containsExactly(3);
        jobs.refused(Errors.INVALID_REQUEST, "Job 1 is emptying node 3: cancel it first", jobs.cordon(3, false));
    }

    @Test
    void nodeWithoutReplicasMayBeEmptied() {
        long id = jobs.start(jobs.job(DRAIN_NODE).addNodes(6));
        jobs.advance();
        jobs.is(id, JobState.DONE);
        assertThat(cluster.broker(6).cordoned()).isTrue();
    }

    @Test
    void nodesOfAJobAreChecked() {
        StartJobCommand.Builder drain = jobs.job(DRAIN_NODE).addMoves(jobs.move("t", 1, 2, 4));
        jobs.refused(Errors.INVALID_REQUEST, "names 1 nodes, not 0", drain.clone());
        jobs.refused(Errors.BROKER_ID_NOT_REGISTERED, "Node 9", drain.clone().addNodes(9));
        jobs.refused(
                Errors.INVALID_REPLICA_ASSIGNMENT,
                "t-0 would stay on node 2, which is to be emptied",
                drain.clone().addNodes(2));
        StartJobCommand.Builder replace = jobs.job(REPLACE_NODE).addMoves(jobs.move("t", 1, 2, 4));
        jobs.refused(
                Errors.INVALID_REQUEST,
                "replace itself",
                replace.clone().addNodes(3).addNodes(3));
        jobs.start(jobs.job(DRAIN_NODE).addNodes(5));
        jobs.refused(
                Errors.INVALID_REQUEST,
                "cannot be used: node 5 is cordoned",
                replace.clone().addNodes(3).addNodes(5));
        jobs.refused(
                Errors.INVALID_REQUEST,
                "Job 1 is emptying node 5",
                jobs.job(DRAIN_NODE).addNodes(5));
    }

    @Test
    void nodeThatAnotherJobFillsIsNotEmptied() {
        jobs.start(jobs.moving("u", 1, 2, 3, 6));
        jobs.refused(
                Errors.INVALID_REQUEST,
                "Job 1 moves partitions to node 6",
                jobs.job(DRAIN_NODE).addNodes(6));
        jobs.start(jobs.job(DRAIN_NODE).addNodes(3).addMoves(jobs.move("t", 1, 2, 4)));
    }

    /** Its partitions would come back to the node that is emptied. */
    @Test
    void nodeThatACancelledJobGoesBackToIsNotEmptied() {
        long id = jobs.start(jobs.moving("t", 4, 5, 6).addMoves(jobs.move("u", 4, 5, 6)));
        jobs.advance();
        jobs.sync("t");
        jobs.advance();
        jobs.tell(id, ControlJobCommand.Action.CANCEL_BACK);
        StartJobCommand.Builder drain = jobs.job(DRAIN_NODE).addNodes(3);
        jobs.refused(Errors.INVALID_REQUEST, "Job 1 moves partitions to node 3", drain);
        jobs.tell(id, ControlJobCommand.Action.CANCEL_KEEP);
        jobs.start(drain);
    }

    @Test
    void cordonedNodeGetsNothingNewAndKeepsThatOverARestart() {
        cluster.ok(jobs.cordon(4, true));
        cluster.ok(jobs.cordon(4, true));
        cluster.fence(4);
        cluster.start(4);
        assertThat(cluster.broker(4).cordoned()).isTrue();
        for (int i = 0; i < 10; i++) {
            cluster.create(cluster.newTopic("n" + i, 6, 3));
        }
        assertThat(cluster.image().brokerLoad(4).replicas()).isZero();
        MetadataResult result = cluster.create(cluster.newTopic("all", 1, 6));
        assertThat(result.getCreateTopics().getTopics(0).getMessage()).contains("1 of them are cordoned");
        cluster.ok(jobs.cordon(4, false));
        cluster.create(cluster.newTopic("wide", 1, 6));
        assertThat(cluster.partition("wide").isReplica(4)).isTrue();
        jobs.refused(
                Errors.BROKER_ID_NOT_REGISTERED,
                "Node 9 is not registered: there are [1, 2, 3, 4, 5, 6].",
                jobs.cordon(9, true));
    }

    // ---- levels

    private MetadataCommand.Builder level(int level) {
        return TestCluster.own()
                .setUpdateFeatures(UpdateFeaturesCommand.newBuilder()
                        .addUpdates(FeatureUpdate.newBuilder()
                                .setName(Features.SHIPLOG_METADATA_VERSION)
                                .setLevel(level)
                                .setUpgradeType(2)));
    }

    @Test
    void jobsNeedALevelThatKnowsThem() {
        cluster.ok(level(2));
        jobs.refused(Errors.UNSUPPORTED_VERSION, "need shiplog.metadata.version 3", jobs.moving("t", 4, 5, 6));
        jobs.refused(Errors.UNSUPPORTED_VERSION, "need shiplog.metadata.version 3", jobs.cordon(4, true));
    }

    @Test
    void levelIsNotLoweredWhileThereAreCordonsNorAfterThereWereJobs() {
        cluster.ok(jobs.cordon(4, true));
        jobs.refused(Errors.INVALID_UPDATE_VERSION, "cordoned nodes", level(2));
        cluster.ok(jobs.cordon(4, false));
        long id = jobs.start(jobs.moving("t", 4, 5, 6));
        jobs.refused(Errors.INVALID_UPDATE_VERSION, "There have been jobs", level(2));
        jobs.finish(id);
        jobs.tell(id, ControlJobCommand.Action.REMOVE);
        assertThat(cluster.image().jobs().all()).isEmpty();
        jobs.refused(Errors.INVALID_UPDATE_VERSION, "There have been jobs", level(2));
    }

    @Test
    void nodeThatIsGoneIsRefusedAsAnyOther() {
        cluster.fence(6);
        jobs.unregister(6);
        jobs.refused(Errors.INVALID_REPLICA_ASSIGNMENT, "node 6", jobs.moving("t", 1, 2, 6));
        jobs.refused(
                Errors.BROKER_ID_NOT_REGISTERED,
                "Node 6",
                jobs.job(JobRecord.Kind.DRAIN_NODE).addNodes(6));
    }
}
