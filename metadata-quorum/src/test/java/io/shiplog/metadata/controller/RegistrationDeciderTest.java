// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.image.ListenerEndpoint;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.Endpoint;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.RecoverPartitionsCommand;
import io.shiplog.metadata.proto.RegisterBrokerCommand;
import io.shiplog.metadata.proto.SnapshotHeader;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RegistrationDeciderTest {
    private TestCluster cluster;

    @BeforeEach
    void start() {
        cluster = TestCluster.of(3);
    }

    private static Errors error(MetadataResult result) {
        return Errors.forCode((short) result.getError());
    }

    private void refused(UnaryOperator<RegisterBrokerCommand.Builder> fault, Errors expected) {
        long offset = cluster.image().offset();
        MetadataResult result = cluster.register(9, fault.apply(cluster.registration(9)));
        assertThat(error(result)).isEqualTo(expected);
        assertThat(result.getMessage()).isNotEmpty();
        assertThat(cluster.image().offset()).isEqualTo(offset);
    }

    @Test
    void newBrokerStartsFencedWithTheOffsetOfItsRecordAsEpoch() {
        long offset = cluster.image().offset();
        MetadataResult result = cluster.register(9, cluster.registration(9).setRack("r1"));

        assertThat(result.getRegisterBroker().getBrokerEpoch()).isEqualTo(offset);
        assertThat(result.getRegisterBroker().getClusterId()).isEqualTo(TestCluster.CLUSTER_ID);
        assertThat(cluster.broker(9).epoch()).isEqualTo(offset);
        assertThat(cluster.broker(9).fenced()).isTrue();
        assertThat(cluster.broker(9).rack()).isEqualTo("r1");
        assertThat(cluster.broker(9).directoryIds()).containsExactly(TestCluster.directory(9));
    }

    @Test
    void sameIncarnationAgainGetsTheSameEpoch() {
        RegisterBrokerCommand.Builder registration = cluster.registration(9);
        long epoch = cluster.register(9, registration).getRegisterBroker().getBrokerEpoch();
        cluster.unfence(9);
        long offset = cluster.image().offset();

        MetadataResult again = cluster.register(9, registration);

        assertThat(again.getRegisterBroker().getBrokerEpoch()).isEqualTo(epoch);
        assertThat(cluster.image().offset()).isEqualTo(offset);
        assertThat(cluster.broker(9).fenced()).isFalse();
    }

    @Test
    void sameIncarnationMustNotSayOtherThings() {
        RegisterBrokerCommand.Builder registration = cluster.registration(9);
        cluster.register(9, registration);
        assertThat(error(cluster.register(9, registration.setRack("other")))).isEqualTo(Errors.INVALID_REGISTRATION);
    }

    @Test
    void anotherIncarnationIsADuplicateUntilTheFirstIsFenced() {
        long epoch = cluster.epoch(1);
        assertThat(error(cluster.register(1, cluster.registration(1)))).isEqualTo(Errors.DUPLICATE_BROKER_REGISTRATION);
        assertThat(cluster.epoch(1)).isEqualTo(epoch);

        cluster.fence(1);

        assertThat(error(cluster.register(1, cluster.registration(1)))).isEqualTo(Errors.NONE);
        assertThat(cluster.epoch(1)).isGreaterThan(epoch);
    }

    @Test
    void otherClusterIsRefused() {
        refused(r -> r.setClusterId("other"), Errors.INCONSISTENT_CLUSTER_ID);
        assertThat(error(cluster.register(9, cluster.registration(9).setClusterId(TestCluster.CLUSTER_ID))))
                .isEqualTo(Errors.NONE);
    }

    /** The metadata were restored from a copy that is older than its last registration, or than all of them. */
    @Test
    void whoStoppedInAnEpochThatWasNeverGivenIsRefused() {
        refused(r -> r.setCleanShutdownEpoch(cluster.image().offset()), Errors.INVALID_REGISTRATION);
        assertThat(error(cluster.register(
                        9,
                        cluster.registration(9)
                                .setCleanShutdownEpoch(cluster.image().offset() - 1))))
                .as("it may have been forgotten since")
                .isEqualTo(Errors.NONE);
        long epoch = cluster.epoch(9);
        refused(r -> r.setCleanShutdownEpoch(epoch + 1), Errors.INVALID_REGISTRATION);
        assertThat(error(cluster.register(9, cluster.registration(9).setCleanShutdownEpoch(epoch))))
                .isEqualTo(Errors.NONE);
    }

    @Test
    void badRegistrationsAreRefused() {
        refused(r -> r.setIncarnationId(ByteString.EMPTY), Errors.INVALID_REGISTRATION);
        refused(r -> r.clearEndpoints(), Errors.INVALID_REGISTRATION);
        refused(r -> endpoint(r, "", 1), Errors.INVALID_REGISTRATION);
        refused(r -> endpoint(r, "h".repeat(256), 1), Errors.INVALID_REGISTRATION);
        refused(r -> endpoint(r, "h", 0), Errors.INVALID_REGISTRATION);
        refused(r -> endpoint(r, "h", 65_536), Errors.INVALID_REGISTRATION);
        refused(r -> r.setAdminEndpoint(admin("h", 65_536)), Errors.INVALID_REGISTRATION);
        refused(r -> r.setAdminEndpoint(admin("", 1)), Errors.INVALID_REGISTRATION);
        refused(r -> r.setRack("r".repeat(256)), Errors.INVALID_REGISTRATION);
        refused(r -> r.clearDirectoryIds(), Errors.INVALID_REGISTRATION);
        refused(r -> r.addDirectoryIds(Uuids.toBytes(Uuid.ZERO_UUID)), Errors.INVALID_REGISTRATION);
        refused(r -> r.addDirectoryIds(r.getDirectoryIds(0)), Errors.INVALID_REGISTRATION);
        refused(r -> r.addDirectoryIds(Uuids.toBytes(TestCluster.directory(1))), Errors.INVALID_REGISTRATION);
        assertThat(error(cluster.run(
                        MetadataCommand.newBuilder().setBrokerId(-1).setRegisterBroker(cluster.registration(-1)))))
                .isEqualTo(Errors.INVALID_REGISTRATION);
    }

    private static RegisterBrokerCommand.Builder endpoint(RegisterBrokerCommand.Builder r, String host, int port) {
        r.getEndpointsBuilder(0).setHost(host).setPort(port);
        return r;
    }

    private static Endpoint admin(String host, int port) {
        return Endpoint.newBuilder()
                .setName("ADMIN")
                .setHost(host)
                .setPort(port)
                .build();
    }

    @Test
    void whereANodeTellsOfItselfIsKeptUntilItRegistersAnew() {
        assertThat(error(cluster.register(9, cluster.registration(9).setAdminEndpoint(admin("h", 7)))))
                .isEqualTo(Errors.NONE);
        assertThat(cluster.image().broker(9).adminEndpoint()).isEqualTo(new ListenerEndpoint("ADMIN", "h", 7));
        assertThat(cluster.image().broker(9).endpoints())
                .as("what Kafka's clients are told")
                .doesNotContain(new ListenerEndpoint("ADMIN", "h", 7));
        cluster.fence(9);
        SnapshotHeader header = SnapshotHeader.newBuilder()
                .setFormat(1)
                .setMetadataOffset(cluster.image().offset())
                .build();
        MetadataImage restored =
                MetadataImage.fromSnapshot(header, cluster.image().toRecords());
        assertThat(restored.broker(9).adminEndpoint())
                .isEqualTo(cluster.image().broker(9).adminEndpoint())
                .isNotNull();
        cluster.register(9, cluster.registration(9));
        assertThat(cluster.image().broker(9).adminEndpoint()).isNull();
    }

    /** Software that does not know the field leaves it out, and must not seem to have gone astray. */
    @Test
    void whereANodeTellsOfItselfIsNoPartOfTheStateHash() {
        RegisterBrokerCommand.Builder registration = cluster.registration(9);
        MetadataImage before = cluster.image();
        Decision with = new RegistrationDecider(1)
                .decide(before, 9, registration.setAdminEndpoint(admin("h", 7)).build());
        Decision without = new RegistrationDecider(1)
                .decide(before, 9, registration.clearAdminEndpoint().build());
        assertThat(before.candidate(with.records()).stateHash())
                .isEqualTo(before.candidate(without.records()).stateHash());
    }

    // ---- what a restart means for partitions. 1 is the last in sync, so that the ELR shows whether it is still
    // trusted.

    private TopicImage lastInSync(String... config) {
        TopicImage topic = cluster.topicOn("t", TestCluster.ids(1, 2, 3), config);
        cluster.alterIsr("t", 1);
        cluster.fence(1, 2, 3);
        PartitionImage state = cluster.partition("t");
        assertThat(state.isr()).isEmpty();
        assertThat(state.elr()).containsExactly(1, 2, 3);
        return topic;
    }

    private void eligibleAfter(RegisterBrokerCommand.Builder registration, int... expected) {
        assertThat(error(cluster.register(1, registration))).isEqualTo(Errors.NONE);
        assertThat(cluster.partition("t").elr()).containsExactly(expected);
        assertThat(cluster.partition("t").isr()).isEmpty();
    }

    @Test
    void cleanRestartKeepsEligibility() {
        lastInSync("flush.policy", "replicated");
        eligibleAfter(cluster.cleanRegistration(1), 1, 2, 3);
    }

    @Test
    void uncleanRestartEndsEligibilityUnderReplicated() {
        lastInSync("flush.policy", "replicated");
        eligibleAfter(cluster.registration(1), 2, 3);
    }

    @Test
    void cleanMarkOfAnOlderRegistrationIsUnclean() {
        lastInSync("flush.policy", "replicated");
        eligibleAfter(cluster.registration(1).setCleanShutdownEpoch(cluster.epoch(1) - 1), 2, 3);
    }

    @Test
    void uncleanRestartKeepsEligibilityOfADurablePartitionUnderCommit() {
        lastInSync();
        eligibleAfter(cluster.registration(1), 1, 2, 3);
    }

    @Test
    void uncleanRestartEndsEligibilityOfAPartitionThatIsNotDurableYet() {
        cluster.topicOn("t", TestCluster.ids(1, 2, 3), "flush.policy", "replicated");
        cluster.alterIsr("t", 1);
        ConfigDeciderTest.set(cluster, "t", "flush.policy", "commit");
        cluster.fence(1, 2, 3);
        eligibleAfter(cluster.registration(1), 2, 3);
    }

    @Test
    void damagedPartitionIsNotEligibleEvenAfterACleanStop() {
        TopicImage topic = lastInSync();
        eligibleAfter(cluster.cleanRegistration(1).addDamagedPartitions(TestCluster.ref(topic, 0)), 2, 3);
    }

    @Test
    void damageElsewhereDoesNotMatter() {
        TopicImage topic = lastInSync();
        eligibleAfter(cluster.registration(1).addDamagedPartitions(TestCluster.ref(topic, 1)), 1, 2, 3);
    }

    @Test
    void anotherDiskIsNotEligible() {
        lastInSync();
        RegisterBrokerCommand.Builder registration = cluster.cleanRegistration(1);
        registration.setDirectoryIds(0, Uuids.toBytes(new Uuid(0xD1, 99)));
        eligibleAfter(registration, 2, 3);
    }

    @Test
    void furtherDiskBesideTheOldOneIsFine() {
        lastInSync();
        eligibleAfter(cluster.registration(1).addDirectoryIds(Uuids.toBytes(new Uuid(0xD1, 99))), 1, 2, 3);
    }

    @Test
    void damageReportedByARepeatedRegistrationCounts() {
        TopicImage topic = cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.fence(1);
        RegisterBrokerCommand.Builder registration = cluster.registration(1);
        cluster.register(1, registration);
        cluster.unfence(1);
        cluster.alterIsr("t", 1, 2, 3);

        cluster.register(1, registration.addDamagedPartitions(TestCluster.ref(topic, 0)));

        assertThat(cluster.partition("t").isr()).containsExactly(2, 3);
    }

    @Test
    void restartBeforeFencingWasSweptUpLeavesNoTraceInTheIsr() {
        cluster = new TestCluster(new ControllerSettings(1, 3, 10_000, 900_000, 0))
                .formed()
                .withBrokers(3);
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.fence(1);
        assertThat(cluster.partition("t").leader()).as("nothing swept yet").isEqualTo(1);

        cluster.register(1, cluster.registration(1));

        assertThat(cluster.partition("t").isr()).containsExactly(2, 3);
        assertThat(cluster.partition("t").leader()).isEqualTo(2);
        assertThat(cluster.partition("t").leaderEpoch()).isEqualTo(1);
    }

    @Test
    void registrationCutOffBeforeItsEndIsDoneAgainWholly() {
        lastInSync("flush.policy", "replicated");
        long epoch = cluster.epoch(1);
        RegisterBrokerCommand.Builder registration = cluster.registration(1);
        Decision decision =
                cluster.decide(MetadataCommand.newBuilder().setBrokerId(1).setRegisterBroker(registration));
        assertThat(decision.divisible()).isTrue();
        assertThat(decision.records()).hasSize(2);

        cluster.apply(decision, 1);
        assertThat(cluster.epoch(1)).isEqualTo(epoch);
        MetadataResult result = cluster.register(1, registration);

        assertThat(result.getRegisterBroker().getBrokerEpoch()).isEqualTo(cluster.epoch(1));
        assertThat(cluster.epoch(1)).isGreaterThan(epoch);
        assertThat(cluster.partition("t").elr()).containsExactly(2, 3);
    }

    @Test
    void allNodesLosePowerAtOnceAndTheDurablePartitionComesBack() {
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.fence(1, 2, 3);
        for (int id = 1; id <= 3; id++) {
            cluster.register(id, cluster.registration(id));
        }
        cluster.unfence(2);
        cluster.unfence(3);
        assertThat(cluster.partition("t").hasLeader())
                .as("their logs are compared first")
                .isFalse();

        cluster.ok(TestCluster.own()
                .setRecoverPartitions(RecoverPartitionsCommand.newBuilder()
                        .setStrategy(RecoverPartitionsCommand.Strategy.ELIGIBLE)
                        .addPartitions(TestCluster.name("t"))
                        .addInfos(cluster.info("t", 2, 0, 100, 90))
                        .addInfos(cluster.info("t", 3, 0, 101, 90))));

        PartitionImage state = cluster.partition("t");
        assertThat(state.leader()).isEqualTo(3);
        assertThat(state.unclean()).isFalse();
        assertThat(state.durable()).isTrue();
    }

    @Test
    void lastKnownLeaderOfAReplicatedPartitionComesBackWithTheUncleanFlag() {
        cluster.topicOn("t", TestCluster.ids(1, 2), "flush.policy", "replicated");
        cluster.fence(1, 2);
        cluster.start(1);
        cluster.start(2);
        PartitionImage state = cluster.partition("t");
        assertThat(state.leader()).isEqualTo(2);
        assertThat(state.unclean()).isTrue();
        assertThat(state.isr()).containsExactly(2);
    }

    @Test
    void lastKnownLeaderComesBackWhereThePolicyHasJustBecomeCommit() {
        cluster.topicOn("t", TestCluster.ids(1, 2), "flush.policy", "replicated", "min.insync.replicas", "1");
        ConfigDeciderTest.set(cluster, "t", "flush.policy", "commit");
        cluster.fence(1, 2);
        cluster.start(2);
        PartitionImage state = cluster.partition("t");
        assertThat(state.leader()).isEqualTo(2);
        assertThat(state.unclean()).isTrue();
        assertThat(state.durable()).isFalse();
    }

    @Test
    void wipedLastKnownLeaderDoesNotComeBack() {
        wipedLastKnownLeader("replicated");
    }

    @Test
    void wipedLastKnownLeaderDoesNotComeBackWhereThePolicyHasJustBecomeCommit() {
        wipedLastKnownLeader("commit");
    }

    private void wipedLastKnownLeader(String policyAtLast) {
        cluster.topicOn("t", TestCluster.ids(1, 2), "flush.policy", "replicated");
        ConfigDeciderTest.set(cluster, "t", "flush.policy", policyAtLast);
        cluster.fence(1, 2);
        cluster.start(1);
        RegisterBrokerCommand.Builder wiped = cluster.registration(2);
        wiped.setDirectoryIds(0, Uuids.toBytes(new Uuid(0xD1, 99)));
        cluster.register(2, wiped);
        cluster.unfence(2);
        assertThat(cluster.partition("t").hasLeader()).isFalse();
    }
}
