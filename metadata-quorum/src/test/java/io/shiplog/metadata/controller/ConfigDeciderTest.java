// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.proto.ConfigAlteration;
import io.shiplog.metadata.proto.ConfigResource;
import io.shiplog.metadata.proto.IncrementalAlterConfigsCommand;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.PartitionAlteration;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConfigDeciderTest {
    private TestCluster cluster;

    @BeforeEach
    void start() {
        cluster = TestCluster.of(3);
    }

    private static ConfigAlteration.Builder alteration(String topic, String key) {
        return ConfigAlteration.newBuilder()
                .setResource(ConfigResource.newBuilder()
                        .setType(ConfigResource.Type.TOPIC)
                        .setName(topic))
                .setKey(key);
    }

    private MetadataResult alter(ConfigAlteration.Builder... alterations) {
        IncrementalAlterConfigsCommand.Builder command = IncrementalAlterConfigsCommand.newBuilder();
        for (ConfigAlteration.Builder alteration : alterations) {
            command.addAlterations(alteration);
        }
        return cluster.ok(TestCluster.own().setAlterConfigs(command));
    }

    static IncrementalAlterConfigsCommand.Builder alterations(String topic, String key, String value) {
        return IncrementalAlterConfigsCommand.newBuilder()
                .addAlterations(alteration(topic, key).setValue(value));
    }

    static void set(TestCluster cluster, String topic, String key, String value) {
        MetadataResult result = cluster.ok(TestCluster.own().setAlterConfigs(alterations(topic, key, value)));
        assertThat(result.getAlterConfigs().getResults(0).getError()).isZero();
    }

    private static Errors error(MetadataResult result, int index) {
        return Errors.forCode((short) result.getAlterConfigs().getResults(index).getError());
    }

    private String config(String topic, String key) {
        return cluster.image().topicConfigs(cluster.image().topic(topic).id()).get(key);
    }

    @Test
    void settingIsSetAndRemoved() {
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        set(cluster, "t", "retention.ms", "1000");
        assertThat(config("t", "retention.ms")).isEqualTo("1000");

        alter(alteration("t", "retention.ms").setOp(ConfigAlteration.Op.DELETE));
        assertThat(config("t", "retention.ms")).isNull();
    }

    @Test
    void settingThatIsSetAlreadyMakesNoRecord() {
        cluster.topicOn("t", TestCluster.ids(1, 2, 3), "retention.ms", "1000");
        long offset = cluster.image().offset();
        set(cluster, "t", "retention.ms", "1000");
        alter(alteration("t", "retention.bytes").setOp(ConfigAlteration.Op.DELETE));
        assertThat(cluster.image().offset()).isEqualTo(offset);
    }

    @Test
    void eachTopicOfACallChangesWhollyOrNotAtAll() {
        cluster.topicOn("a", TestCluster.ids(1));
        cluster.topicOn("b", TestCluster.ids(1));
        MetadataResult result = alter(
                alteration("a", "retention.ms").setValue("5"),
                alteration("a", "retention.msx").setValue("5"),
                alteration("b", "retention.ms").setValue("5"));
        assertThat(error(result, 0)).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(error(result, 1)).isEqualTo(Errors.NONE);
        assertThat(config("a", "retention.ms")).isNull();
        assertThat(config("b", "retention.ms")).isEqualTo("5");
    }

    @Test
    void badRequestsAreRefused() {
        cluster.topicOn("t", TestCluster.ids(1));
        assertThat(error(alter(alteration("t", "retention.ms").setValue("soon")), 0))
                .isEqualTo(Errors.INVALID_CONFIG);
        assertThat(error(alter(alteration("t", "no.such.key").setOp(ConfigAlteration.Op.DELETE)), 0))
                .isEqualTo(Errors.INVALID_CONFIG);
        assertThat(error(alter(alteration("x", "retention.ms").setValue("5")), 0))
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(error(
                        alter(
                                alteration("t", "retention.ms").setValue("5"),
                                alteration("t", "retention.ms").setValue("6")),
                        0))
                .isEqualTo(Errors.INVALID_REQUEST);
        ConfigAlteration.Builder ofBroker = alteration("1", "retention.ms").setValue("5");
        ofBroker.getResourceBuilder().setType(ConfigResource.Type.BROKER);
        assertThat(error(alter(ofBroker), 0)).isEqualTo(Errors.INVALID_CONFIG);
    }

    @Test
    void validateOnlyChangesNothing() {
        cluster.topicOn("t", TestCluster.ids(1));
        long offset = cluster.image().offset();
        cluster.ok(TestCluster.own()
                .setAlterConfigs(IncrementalAlterConfigsCommand.newBuilder()
                        .setValidateOnly(true)
                        .addAlterations(alteration("t", "retention.ms").setValue("5"))));
        assertThat(cluster.image().offset()).isEqualTo(offset);
    }

    @Test
    void flushPolicyChangeEndsDurabilityBothWays() {
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        PartitionImage before = cluster.partition("t");
        assertThat(before.durable()).isTrue();

        set(cluster, "t", "flush.policy", "replicated");
        assertThat(cluster.partition("t").durable()).isFalse();
        assertThat(cluster.partition("t").partitionEpoch()).isEqualTo(before.partitionEpoch() + 1);
        assertThat(cluster.partition("t").leaderEpoch()).isEqualTo(before.leaderEpoch());

        alter(alteration("t", "flush.policy").setOp(ConfigAlteration.Op.DELETE));
        assertThat(cluster.partition("t").durable()).isFalse();
        assertThat(cluster.partition("t").partitionEpoch()).isEqualTo(before.partitionEpoch() + 2);
    }

    @Test
    void wordAboutFlushesThatWasUnderWayWhenThePolicyChangedIsNotTaken() {
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        set(cluster, "t", "flush.policy", "replicated");
        PartitionAlteration.Builder underWay = cluster.alteration("t", 1, 2, 3).setDurable(true);
        set(cluster, "t", "flush.policy", "commit");

        assertThat(Errors.forCode((short) cluster.alter(1, underWay).getError()))
                .isEqualTo(Errors.INVALID_UPDATE_VERSION);
        assertThat(cluster.partition("t").durable()).isFalse();
    }

    @Test
    void sameFlushPolicyByAnotherNameKeepsDurability() {
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        set(cluster, "t", "flush.policy", "commit");
        assertThat(cluster.partition("t").durable()).isTrue();
        assertThat(cluster.partition("t").partitionEpoch()).isZero();
    }

    @Test
    void smallerMinIsrEndsEligibilityBeforeTheLeaderCommitsAlone() {
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.alterIsr("t", 1);
        assertThat(cluster.partition("t").elr()).containsExactly(2, 3);

        Decision decision = cluster.decide(TestCluster.own()
                .setAlterConfigs(IncrementalAlterConfigsCommand.newBuilder()
                        .addAlterations(alteration("t", "min.insync.replicas").setValue("1"))));

        assertThat(decision.records()).hasSize(2);
        assertThat(decision.records().get(0).hasPartitionChange()).isTrue();
        assertThat(decision.records().get(1).hasConfig()).isTrue();
        cluster.apply(decision, 2);
        assertThat(cluster.partition("t").elr()).isEmpty();
    }

    @Test
    void eligibilityOutlivesASmallerMinIsrThatTheIsrDoesNotReach() {
        cluster.topicOn("t", TestCluster.ids(1, 2, 3), "min.insync.replicas", "3");
        cluster.alterIsr("t", 1);
        set(cluster, "t", "min.insync.replicas", "2");
        assertThat(cluster.partition("t").elr()).containsExactly(2, 3);
    }

    @Test
    void greaterMinIsrMakesNobodyEligible() {
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.alterIsr("t", 1, 2);
        set(cluster, "t", "min.insync.replicas", "3");
        assertThat(cluster.partition("t").elr()).isEmpty();
    }

    @Test
    void uncleanElectionThatIsAllowedNowHappensNow() {
        cluster.topicOn("t", TestCluster.ids(1, 2));
        cluster.alterIsr("t", 1);
        cluster.fence(1);
        assertThat(cluster.partition("t").hasLeader()).isFalse();

        set(cluster, "t", "unclean.leader.election.enable", "true");

        assertThat(cluster.partition("t").leader()).isEqualTo(2);
        assertThat(cluster.partition("t").unclean()).isTrue();
    }
}
