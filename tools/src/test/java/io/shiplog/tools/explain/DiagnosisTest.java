// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.admin.NodeAnswer.Silence;
import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.DamageState;
import io.shiplog.metadata.proto.DirectoryState;
import io.shiplog.metadata.proto.HistoryLine;
import io.shiplog.metadata.proto.JobMove;
import io.shiplog.metadata.proto.JobMoveStateRecord;
import io.shiplog.metadata.proto.JobMovesRecord;
import io.shiplog.metadata.proto.JobRecord;
import io.shiplog.metadata.proto.NodeHealth;
import io.shiplog.metadata.proto.ReplicaReport;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each cause is named where nothing but it is so, and not where something else is. */
class DiagnosisTest {
    private static final List<Integer> THREE = List.of(1, 2, 3);

    /** Replica 3 is out of the ISR of t-0; everything else is well. */
    private static Scene withoutThree() {
        return new Scene().partition(THREE, 1, 1, 2);
    }

    private static Finding only(List<Finding> findings) {
        assertThat(findings).as("%s", findings).hasSize(1);
        return findings.get(0);
    }

    private static Finding first(Scene scene, Cause cause) {
        Finding found = scene.partition().get(0);
        assertThat(found.cause()).as("%s", scene.partition()).isEqualTo(cause);
        return found;
    }

    private static List<Cause> causes(List<Finding> findings) {
        return findings.stream().map(Finding::cause).toList();
    }

    // ---- nothing

    @Test
    void whenNothingIsWrongTheMarginIsTold() {
        Finding partition = only(new Scene().partition());
        assertThat(partition.cause()).isEqualTo(Cause.HEALTHY);
        assertThat(partition.severity()).isEqualTo(Severity.OK);
        assertThat(partition.what()).isEqualTo("nothing is wrong with t-0");
        assertThat(partition.why())
                .containsExactly("3 of 3 replicas are in sync, min ISR is 2: 1 may fail, and writes go on");
        assertThat(only(new Scene().topic()).cause()).isEqualTo(Cause.HEALTHY);
        Finding cluster = only(new Scene().cluster());
        assertThat(cluster.cause()).isEqualTo(Cause.HEALTHY);
        assertThat(cluster.what()).isEqualTo("nothing is wrong: 5 storage nodes serve");
    }

    // ---- nodes

    @Test
    void aNodeWhoseHostRefusesConnectionsIsDead() {
        Scene scene = withoutThree()
                .dead(3)
                .line(HistoryLine.Kind.BROKER, "3", 90_000, "epoch 2, unfenced", "fenced")
                .line(HistoryLine.Kind.BROKER, "3", 900_000, "", "epoch 2, unfenced");
        Finding found = only(scene.partition());
        assertThat(found.cause()).isEqualTo(Cause.NODE_DEAD);
        assertThat(found.node()).isEqualTo(3);
        assertThat(found.sinceMs()).isEqualTo(Scene.NOW_MS - 90_000);
        assertThat(found.why())
                .containsExactly("its process does not run: the reason", "the controller has fenced it: a cause");
        assertThat(found.remedy().get(0)).startsWith("on host-3: bin/storage-node CONFIG of node 3");
        assertThat(found.severity()).isEqualTo(Severity.WARNING);
        assertThat(found.safeToWait()).isTrue();
        assertThat(found.waitReason())
                .isEqualTo("2 replicas are in sync and 2 needed: writes go on, but stop with the next failure");
    }

    @Test
    void aNodeThatTakesConnectionsAndSaysNothingIsPaused() {
        Finding found = first(withoutThree().fenced(3).silent(3, Silence.HANGS), Cause.NODE_PAUSED);
        assertThat(found.node()).isEqualTo(3);
        assertThat(found.remedy().get(0)).contains("kill -CONT PID of node 3");
        assertThat(first(new Scene().silent(3, Silence.HANGS), Cause.NODE_PAUSED)
                        .why())
                .as("before the controller notices")
                .contains("the controller has not fenced it (yet)");
    }

    @Test
    void kindsOfSilenceAreToldApart() {
        first(withoutThree().fenced(3).silent(3, Silence.UNREACHABLE), Cause.NODE_UNREACHABLE);
        first(withoutThree().fenced(3).silent(3, Silence.NOT_TOLD), Cause.NODE_SILENT);
        first(withoutThree().fenced(3).silent(3, Silence.DECLINED), Cause.NODE_SILENT);
        first(withoutThree().fenced(3), Cause.NODE_CUT_OFF);
        first(withoutThree().fenced(3).node(3, node -> node.setBrokerEpoch(-1)), Cause.NODE_STARTING);
        first(withoutThree().unregistered(3), Cause.NODE_UNREGISTERED);
        first(withoutThree().stopping(3), Cause.NODE_STOPPING);
    }

    /** Older software, or a firewall between the tool and the node. */
    @Test
    void aNodeThatServesAndDoesNotTellIsNoCause() {
        only(new Scene().silent(3, Silence.NOT_TOLD).partition());
        assertThat(causes(new Scene().silent(3, Silence.NOT_TOLD).partition())).containsExactly(Cause.HEALTHY);
        assertThat(causes(new Scene().silent(3, Silence.UNREACHABLE).partition()))
                .containsExactly(Cause.HEALTHY);
        assertThat(causes(new Scene().silent(3, Silence.DECLINED).partition())).containsExactly(Cause.HEALTHY);
    }

    @Test
    void aNodeWhoseLoopHangsSaysSo() {
        Scene scene = withoutThree()
                .fenced(3)
                .node(3, node -> node.setHealth(NodeHealth.newBuilder().setLoopStalled(true)));
        assertThat(first(scene, Cause.LOOP_STALLED).remedy().get(0)).contains("jstack");
    }

    // ---- disks

    @Test
    void aFullDiskIsNamedWithItsRoom() {
        Scene scene = withoutThree()
                .directory(3, disk -> disk.setFull(true).setUsableBytes(1 << 20).setReserveBytes(1L << 30));
        Finding found = first(scene, Cause.DISK_FULL);
        assertThat(found.node()).isEqualTo(3);
        assertThat(found.why())
                .containsExactly("1.0 MiB of 100.0 GiB are left, and 1.0 GiB are kept free (disk.reserve.bytes)");
        assertThat(found.remedy().get(0)).startsWith("on host-3: df -h /data; du -xh");
    }

    @Test
    void aSlowDiskIsNamedAlsoWhereItsReplicaKeepsUp() {
        Scene scene = new Scene().directory(2, disk -> disk.setSlow(true).setSyncP99Ms(900));
        Finding found = first(scene, Cause.DISK_SLOW);
        assertThat(found.node()).isEqualTo(2);
        assertThat(found.why().get(0)).isEqualTo("lately 99 of 100 syncs took up to 900 ms, and appends 0 ms");
        assertThat(found.safeToWait()).isTrue();
        assertThat(first(withoutThree().lag(3, "SLOW_FLUSH", 10, 0), Cause.DISK_SLOW)
                        .node())
                .as("only its leader says so")
                .isEqualTo(3);
    }

    @Test
    void aDiskThatHangsComesBeforeWhatComesOfIt() {
        Scene scene = withoutThree()
                .fenced(3)
                .directory(3, disk -> disk.setHung(true))
                .node(3, node -> node.setHealth(NodeHealth.newBuilder().setAsksToBeFenced(true)));
        assertThat(first(scene, Cause.DISK_HUNG).node()).isEqualTo(3);
    }

    @Test
    void aDirectoryThatFailedIsNamedWithItsReason() {
        Scene scene = withoutThree()
                .directory(
                        3, disk -> disk.setState(DirectoryState.State.OFFLINE).setReason("Input/output error"))
                .replica(3, replica -> replica.setRole(ReplicaReport.Role.OFFLINE));
        Finding found = first(scene, Cause.DIRECTORY_OFFLINE);
        assertThat(found.why()).contains("it failed while the node ran: Input/output error");
        Scene leftOut = withoutThree()
                .directory(
                        3, disk -> disk.setState(DirectoryState.State.LEFT_OUT).setReason("no such device"))
                .replica(
                        3,
                        replica -> replica.setRole(ReplicaReport.Role.NOT_HERE).setDirectory(""));
        assertThat(first(leftOut, Cause.DIRECTORY_OFFLINE).why())
                .contains("it could not be used when the node started: no such device");
    }

    // ---- logs

    @Test
    void aCorruptSegmentRepairsItselfFromAnotherReplica() {
        Finding found = first(withoutThree().replica(3, replica -> replica.setDamagedFrom(512)), Cause.CORRUPT_SEGMENT);
        assertThat(found.node()).isEqualTo(3);
        assertThat(found.what()).isEqualTo("a segment of t-0 is corrupt on node 3 (from offset 512 on)");
        assertThat(found.safeToWait()).isTrue();
        assertThat(found.remedy().get(0)).startsWith("nothing: it is set aside and fetched again");
    }

    @Test
    void aCorruptSegmentOfTheOnlyCopyIsNotToBeWaitedFor() {
        Scene scene =
                new Scene().partition(THREE, 1, 1).dead(2).dead(3).replica(1, replica -> replica.setDamagedFrom(512));
        Finding found = scene.partition().stream()
                .filter(each -> each.cause() == Cause.CORRUPT_SEGMENT)
                .findFirst()
                .orElseThrow();
        assertThat(found.severity()).isEqualTo(Severity.CRITICAL);
        assertThat(found.safeToWait()).isFalse();
        assertThat(found.remedy().get(0)).startsWith("bring the other replicas back (2,3)");
    }

    @Test
    void theClusterIsToldOfEveryCorruptSegment() {
        Scene scene = new Scene()
                .directory(
                        2,
                        disk -> disk.addDamages(DamageState.newBuilder()
                                .setTopicId(Uuids.toBytes(Scene.TOPIC))
                                .setSegmentBase(512)
                                .setReason("CRC")));
        Finding found = only(scene.cluster());
        assertThat(found.cause()).isEqualTo(Cause.CORRUPT_SEGMENT);
        assertThat(found.why()).contains("segment 512: CRC");
    }

    @Test
    void aLogThatIsBeingOpenedIsWaitedFor() {
        first(withoutThree().replica(3, replica -> replica.setRole(ReplicaReport.Role.OPENING)), Cause.LOG_RECOVERY);
    }

    @Test
    void aReplicaThatStoppedSaysWhy() {
        Scene scene = withoutThree()
                .replica(
                        3,
                        replica ->
                                replica.setRole(ReplicaReport.Role.OFFLINE).setProblem("would cut what is committed"));
        assertThat(first(scene, Cause.REPLICA_STOPPED).what()).endsWith("has stopped: would cut what is committed");
    }

    // ---- what holds replicas back

    @Test
    void aThrottleThatNobodyNeedsIsLeftOverAndToldWithTheCommandsThatEndIt() {
        Scene scene = withoutThree()
                .lag(3, "THROTTLED", 100, 10)
                .topicConfig("leader.replication.throttled.replicas", "*")
                .brokerConfig("1", "leader.replication.throttled.rate", "1024");
        Finding found = first(scene, Cause.THROTTLE_LEFT_OVER);
        assertThat(found.node()).isEqualTo(3);
        assertThat(found.why())
                .contains(
                        "topic t names replicas in leader.replication.throttled.replicas",
                        "broker 1: leader.replication.throttled.rate is 1.0 KiB/s");
        assertThat(causes(scene.cluster())).containsExactly(Cause.THROTTLE_LEFT_OVER);
        assertThat(scene.cluster().get(0).node()).as("whom it holds back").isEqualTo(3);
        assertThat(found.remedy())
                .containsExactly(
                        "kafka-configs --bootstrap-server host-1:9092 --alter --entity-type topics --entity-name t"
                                + " --delete-config leader.replication.throttled.replicas",
                        "kafka-configs --bootstrap-server host-1:9092 --alter --entity-type brokers --entity-name 1"
                                + " --delete-config leader.replication.throttled.rate");
    }

    @Test
    void aThrottleThatHoldsNobodyBackIsLeftOverToo() {
        Scene scene = new Scene()
                .topicConfig("follower.replication.throttled.replicas", "*")
                .brokerConfig("", "follower.replication.throttled.rate", "1024");
        Finding found = only(scene.cluster());
        assertThat(found.cause()).isEqualTo(Cause.THROTTLE_LEFT_OVER);
        assertThat(found.remedy().get(1)).contains("--entity-default");
        assertThat(only(scene.partition()).cause()).isEqualTo(Cause.THROTTLE_LEFT_OVER);
    }

    @Test
    void halfAThrottleIsANoteOnly() {
        Finding names = only(new Scene()
                .topicConfig("follower.replication.throttled.replicas", "*")
                .cluster());
        assertThat(names.severity()).isEqualTo(Severity.NOTE);
        assertThat(names.what()).endsWith("topics name replicas, and no rate is set");
        Finding rates = only(new Scene()
                .brokerConfig("1", "leader.replication.throttled.rate", "1024")
                .cluster());
        assertThat(rates.severity()).isEqualTo(Severity.NOTE);
        assertThat(rates.what()).endsWith("rates are set, and no topic names replicas");
    }

    @Test
    void aThrottleOfAReassignmentThatIsUnderWayIsNotLeftOver() {
        Scene scene = new Scene()
                .partition(List.of(1, 2, 4, 3), 1, 1, 2, 3)
                .state(state -> state.addAdding(4).addRemoving(3))
                .lag(4, "THROTTLED", 500, 1_000)
                .topicConfig("leader.replication.throttled.replicas", "*")
                .brokerConfig("1", "leader.replication.throttled.rate", "1000");
        Finding found = first(scene, Cause.THROTTLED);
        assertThat(found.why()).contains("500 records are missing, about 488.3 KiB: some 8 min 20 s at 1000 B/s");
        assertThat(causes(scene.cluster())).doesNotContain(Cause.THROTTLE_LEFT_OVER);
    }

    @Test
    void aFollowerThatCatchesUpIsWaitedForWithATime() {
        Finding found = first(withoutThree().lag(3, "CATCHING_UP", 500, 100_000), Cause.CATCHING_UP);
        assertThat(found.node()).isEqualTo(3);
        assertThat(found.severity()).isEqualTo(Severity.NOTE);
        assertThat(found.why())
                .contains(
                        "500 records are missing, about 488.3 KiB: some 5 s at 97.7 KiB/s",
                        "its leader says of 3: what the leader says");
        assertThat(found.safeToWait()).isTrue();
    }

    @Test
    void otherCausesOfLagsAreWhatTheLeaderSays() {
        first(withoutThree().lag(3, "SHIPPING", 500, 0), Cause.CATCHING_UP);
        first(withoutThree().lag(3, "DIVERGED", 500, 0), Cause.DIVERGED);
        first(withoutThree().lag(3, "REFUSED", 500, 0), Cause.REFUSED);
        first(withoutThree().lag(3, "NO_FETCH", 500, 0), Cause.NOT_FETCHING);
        first(withoutThree().lag(3, "NONE", 0, 0), Cause.JOINING);
        first(withoutThree(), Cause.UNKNOWN);
    }

    // ---- min ISR

    @Test
    void aMinIsrOfAllReplicasLeavesNoMargin() {
        Scene scene = new Scene().topicConfig("min.insync.replicas", "3");
        Finding found = only(scene.partition());
        assertThat(found.cause()).isEqualTo(Cause.MIN_ISR_TOO_HIGH);
        assertThat(found.severity()).isEqualTo(Severity.WARNING);
        assertThat(found.what())
                .isEqualTo(
                        "topic t asks for 3 replicas in sync and has no more: no node may go, not even for a restart");
        assertThat(found.remedy().get(0)).isEqualTo("bin/shiplog topics alter t --config min.insync.replicas=2");
        assertThat(only(scene.cluster()).cause()).isEqualTo(Cause.MIN_ISR_TOO_HIGH);
    }

    @Test
    void aMinIsrAboveTheReplicasIsNamedWithBoth() {
        Finding found = only(new Scene()
                .partition(List.of(1, 2), 1, 1, 2)
                .topicConfig("min.insync.replicas", "3")
                .partition());
        assertThat(found.cause()).isEqualTo(Cause.MIN_ISR_TOO_HIGH);
        assertThat(found.what())
                .isEqualTo("topic t asks for 3 replicas in sync and has 2: all of them are needed for every write");
    }

    @Test
    void belowMinIsrIsCriticalAndNotToBeWaitedFor() {
        Scene scene = new Scene().partition(THREE, 1, 1).dead(2).dead(3);
        List<Finding> found = scene.partition();
        assertThat(causes(found)).containsExactly(Cause.NODE_DEAD, Cause.NODE_DEAD, Cause.MIN_ISR_TOO_HIGH);
        assertThat(found).allMatch(each -> each.severity() == Severity.CRITICAL && !each.safeToWait());
        assertThat(found.get(0).waitReason()).isEqualTo("writes with acks=all are refused: 1 in sync, 2 needed");
    }

    /** Two are dead, and the controller has not taken them out of the ISR yet: to set what is set already would be no remedy. */
    @Test
    void theRemedyForAMinIsrIsNeverWhatItIsAlready() {
        List<Finding> found = new Scene().dead(2).dead(3).partition();
        Finding minIsr = found.stream()
                .filter(each -> each.cause() == Cause.MIN_ISR_TOO_HIGH)
                .findFirst()
                .orElseThrow();
        assertThat(minIsr.what()).contains("asks for 2 replicas in sync and only 1 are alive");
        assertThat(minIsr.remedy().get(0)).endsWith("min.insync.replicas=1");
    }

    @Test
    void twoDirectoriesOfANodeAreBothNamed() {
        Finding found = only(new Scene()
                .node(2, node -> {
                    node.getDirectoriesBuilder(0).setFull(true);
                    node.addDirectories(
                            DirectoryState.newBuilder().setPath("/more").setFull(true));
                })
                .cluster());
        assertThat(found.cause()).isEqualTo(Cause.DISK_FULL);
        assertThat(found.what()).contains(Scene.DIRECTORY);
        assertThat(found.why()).anyMatch(line -> line.contains("/more of node 2 is full"));
    }

    /** One dead node of three is no reason to touch min ISR. */
    @Test
    void aMinIsrThatTheLivingCanKeepIsNotTooHigh() {
        assertThat(causes(withoutThree().dead(3).partition())).containsExactly(Cause.NODE_DEAD);
    }

    // ---- no leader

    @Test
    void whoHoldsAllThatWasCommittedIsToBeStarted() {
        Scene scene = new Scene()
                .partition(THREE, -1)
                .state(state -> state.addElr(2))
                .dead(1)
                .dead(2)
                .dead(3);
        Finding found = scene.partition().stream()
                .filter(each -> each.cause() == Cause.WAITS_FOR_ELIGIBLE)
                .findFirst()
                .orElseThrow();
        assertThat(found.node()).isEqualTo(2);
        assertThat(found.remedy().get(0)).startsWith("on host-2: bin/storage-node");
        assertThat(found.safeToWait()).isFalse();
        assertThat(found.waitReason()).contains("nothing that was acknowledged is lost");
    }

    @Test
    void withoutAnyoneWhoSurelyHasAllRecoveryIsNamed() {
        Scene scene = new Scene()
                .partition(THREE, -1)
                .state(state -> state.addLastKnownElr(1))
                .dead(1)
                .dead(2)
                .dead(3);
        Finding found = scene.partition().stream()
                .filter(each -> each.cause() == Cause.RECOVERY_NEEDED)
                .findFirst()
                .orElseThrow();
        assertThat(found.remedy()).anyMatch(line -> line.contains("bin/shiplog recover plan t"));
        assertThat(found.severity()).isEqualTo(Severity.CRITICAL);
    }

    // ---- reassignments and jobs

    @Test
    void aReassignmentToADeadNodeWaitsForIt() {
        Scene scene = new Scene()
                .partition(List.of(1, 2, 4, 3), 1, 1, 2, 3)
                .state(state -> state.addAdding(4).addRemoving(3))
                .dead(4);
        Finding found = only(scene.partition());
        assertThat(found.cause()).isEqualTo(Cause.TARGET_DOWN);
        assertThat(found.node()).isEqualTo(4);
        assertThat(found.what()).isEqualTo("the reassignment of t-0 waits for its target, node 4, which is down");
        assertThat(found.remedy().get(0)).startsWith("on host-4: bin/storage-node");
        assertThat(found.remedy().get(1)).contains("kafka-reassign-partitions --cancel");
        assertThat(found.safeToWait()).isTrue();
        assertThat(scene.cluster().get(0).cause()).isEqualTo(Cause.TARGET_DOWN);
    }

    private static Scene withJob(Scene scene, JobRecord.State state) {
        return scene.record(ImageRecords.record()
                        .setJob(JobRecord.newBuilder()
                                .setJobId(1)
                                .setRequestId(Uuids.toBytes(new org.apache.kafka.common.Uuid(8, 8)))
                                .setKind(JobRecord.Kind.REASSIGN)
                                .setState(state)
                                .setTitle("more nodes")
                                .setChangedAtMs(Scene.NOW_MS - 5_000))
                        .build())
                .record(ImageRecords.record()
                        .setJobMoves(JobMovesRecord.newBuilder()
                                .setJobId(1)
                                .addMoves(JobMove.newBuilder()
                                        .setTopicId(Uuids.toBytes(Scene.TOPIC))
                                        .setState(JobMove.State.MOVING)
                                        .addAllReplicas(List.of(1, 2, 4))
                                        .addAllExpected(THREE)))
                        .build());
    }

    private static Scene moving() {
        return new Scene()
                .partition(List.of(1, 2, 4, 3), 1, 1, 2, 3)
                .state(state -> state.addAdding(4).addRemoving(3));
    }

    @Test
    void aPausedJobIsTheReasonWhyItsPartitionsStandStill() {
        Scene scene = withJob(moving().lag(4, "THROTTLED", 500, 0), JobRecord.State.PAUSED);
        Finding found = only(scene.partition());
        assertThat(found.cause()).isEqualTo(Cause.JOB_PAUSED);
        assertThat(found.sinceMs()).isEqualTo(Scene.NOW_MS - 5_000);
        assertThat(found.what()).isEqualTo("job 1 (more nodes) is paused: its moves stand still");
        assertThat(found.remedy()).anyMatch(line -> line.contains("resume 1"));
        assertThat(causes(scene.cluster())).contains(Cause.JOB_PAUSED);
        assertThat(causes(withJob(moving().lag(4, "CATCHING_UP", 500, 0), JobRecord.State.RUNNING)
                        .partition()))
                .containsExactly(Cause.CATCHING_UP);
    }

    /** Its replicas are all in sync, so nothing but the job's own words can say why it does not move. */
    @Test
    void aMoveThatHasNotBegunSaysWhatItWaitsFor() {
        Scene scene = withJob(new Scene().stopping(4), JobRecord.State.RUNNING)
                .record(ImageRecords.record()
                        .setJobMoveState(
                                JobMoveStateRecord.newBuilder().setJobId(1).setState(JobMove.State.WAITING))
                        .build());
        Finding found = only(scene.partition());
        assertThat(found.cause()).isEqualTo(Cause.JOB_WAITS);
        assertThat(found.severity()).isEqualTo(Severity.NOTE);
        assertThat(found.what()).isEqualTo("job 1 (more nodes) is to move t-0, which waits: node 4 is shutting down");
        assertThat(found.remedy()).anyMatch(line -> line.contains("reassign status 1"));
        assertThat(found.safeToWait()).isTrue();
    }

    @Test
    void aPartitionThatAPausedJobHasNotBegunWithIsToldOfThePause() {
        Scene scene = withJob(new Scene(), JobRecord.State.PAUSED)
                .record(ImageRecords.record()
                        .setJobMoveState(
                                JobMoveStateRecord.newBuilder().setJobId(1).setState(JobMove.State.WAITING))
                        .build());
        assertThat(only(scene.partition()).cause()).isEqualTo(Cause.JOB_PAUSED);
    }

    @Test
    void aJobsTargetThatIsDeadIsToldWithTheJob() {
        Scene scene = withJob(moving().dead(4), JobRecord.State.RUNNING);
        assertThat(only(scene.partition()).remedy()).contains("or give it up: bin/shiplog reassign cancel 1");
    }

    // ---- the quorum

    @Test
    void withoutAMajorityTheQuorumIsToldFirstWhateverIsAsked() {
        Scene scene = new Scene().quorumSilent(1, 2);
        for (List<Finding> found : List.of(scene.cluster(), scene.topic(), scene.partition())) {
            assertThat(found.get(0).cause()).isEqualTo(Cause.QUORUM_NO_MAJORITY);
            assertThat(found.get(0).what())
                    .isEqualTo("the metadata quorum has no majority: 1 of 3 nodes answer, 2 are needed");
            assertThat(found.get(0).remedy().get(0)).startsWith("on q-1: bin/quorum-node CONFIG of node 1");
            assertThat(found.get(0).safeToWait()).isFalse();
        }
    }

    @Test
    void aQuorumNodeThatIsDownLeavesAMajority() {
        Finding found = only(new Scene().quorumSilent(3).cluster());
        assertThat(found.cause()).isEqualTo(Cause.QUORUM_NODE_DOWN);
        assertThat(found.node()).isEqualTo(3);
        assertThat(found.safeToWait()).isFalse();
        assertThat(found.waitReason()).endsWith("the next failure stops all changes");
        assertThat(only(new Scene().quorumSilent(3).partition()).cause()).isEqualTo(Cause.HEALTHY);
    }

    @Test
    void aMajorityWithoutALeaderIsAnElection() {
        assertThat(only(new Scene().noController().cluster()).cause()).isEqualTo(Cause.NO_CONTROLLER);
    }

    // ---- many

    @Test
    void theClusterIsToldOfANodeOnceWithWhatItMeans() {
        Finding found = only(withoutThree().dead(3).cluster());
        assertThat(found.cause()).isEqualTo(Cause.NODE_DEAD);
        assertThat(found.why())
                .contains("of 1 partitions that it holds 1 go on without it, 0 are below min ISR, 0 have no leader");
        assertThat(found.safeToWait()).isTrue();
        Finding idle = only(new Scene().dead(5).cluster());
        assertThat(idle.why())
                .contains("of 0 partitions that it holds 0 go on without it, 0 are below min ISR, 0 have no leader");
    }

    @Test
    void theMostPressingComesFirst() {
        Scene scene =
                new Scene().partition(THREE, 1, 1, 2).dead(3).quorumSilent(1, 2).dead(5);
        assertThat(causes(scene.cluster()).get(0)).isEqualTo(Cause.QUORUM_NO_MAJORITY);
    }
}
