// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.proto.ConfigAlteration;
import io.shiplog.metadata.proto.ConfigAlteration.Op;
import io.shiplog.metadata.proto.ConfigEntry;
import io.shiplog.metadata.proto.ConfigReplacement;
import io.shiplog.metadata.proto.ConfigResource;
import io.shiplog.metadata.proto.IncrementalAlterConfigsCommand;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.ReplaceConfigsCommand;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Settings of brokers and of all brokers, replacing settings, and editing lists. */
class BrokerConfigDeciderTest {
    private TestCluster cluster;

    @BeforeEach
    void start() {
        cluster = TestCluster.of(3);
    }

    private static ConfigResource of(ConfigResource.Type type, String name) {
        return ConfigResource.newBuilder().setType(type).setName(name).build();
    }

    private static ConfigResource broker(String name) {
        return of(ConfigResource.Type.BROKER, name);
    }

    private static ConfigResource topic(String name) {
        return of(ConfigResource.Type.TOPIC, name);
    }

    private static ConfigAlteration.Builder change(ConfigResource resource, Op op, String key, String value) {
        return ConfigAlteration.newBuilder()
                .setResource(resource)
                .setOp(op)
                .setKey(key)
                .setValue(value);
    }

    private static ConfigAlteration.Builder set(ConfigResource resource, String key, String value) {
        return change(resource, Op.SET, key, value);
    }

    private MetadataResult alter(ConfigAlteration.Builder... alterations) {
        IncrementalAlterConfigsCommand.Builder command = IncrementalAlterConfigsCommand.newBuilder();
        for (ConfigAlteration.Builder alteration : alterations) {
            command.addAlterations(alteration);
        }
        return cluster.ok(TestCluster.own().setAlterConfigs(command));
    }

    private Errors outcome(ConfigAlteration.Builder... alterations) {
        return error(alter(alterations), 0);
    }

    private static Errors error(MetadataResult result, int index) {
        return Errors.forCode((short) result.getAlterConfigs().getResults(index).getError());
    }

    private void refused(Errors expected, ConfigAlteration.Builder... alterations) {
        long hash = cluster.image().stateHash();
        MetadataResult result = alter(alterations);
        assertThat(error(result, 0)).isEqualTo(expected);
        assertThat(result.getAlterConfigs().getResults(0).getMessage()).isNotEmpty();
        assertThat(cluster.image().stateHash()).isEqualTo(hash);
    }

    @Test
    void settingsOfABrokerAndOfAllBrokersAreKeptApart() {
        assertThat(outcome(set(broker("1"), "log.retention.ms", "5"))).isEqualTo(Errors.NONE);
        assertThat(outcome(set(broker(""), "log.retention.ms", "7"))).isEqualTo(Errors.NONE);
        assertThat(cluster.image().brokerConfigs("1")).containsEntry("log.retention.ms", "5");
        assertThat(cluster.image().brokerConfigs("")).containsEntry("log.retention.ms", "7");

        assertThat(outcome(change(broker("1"), Op.DELETE, "log.retention.ms", "")))
                .isEqualTo(Errors.NONE);
        assertThat(cluster.image().brokerConfigs("1")).isEmpty();
    }

    @Test
    void settingsThatANodeReadsAtItsStartAreRefused() {
        refused(Errors.INVALID_REQUEST, set(broker("1"), "socket.request.max.bytes", "1000000"));
        refused(Errors.INVALID_REQUEST, set(broker(""), "num.partitions", "3"));
    }

    @Test
    void unknownSettingsAreRefusedByName() {
        MetadataResult result = alter(set(broker(""), "num.io.threads", "8"));
        assertThat(error(result, 0)).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(result.getAlterConfigs().getResults(0).getMessage()).contains("num.io.threads");
        refused(Errors.INVALID_CONFIG, change(broker(""), Op.DELETE, "num.io.threads", ""));
        refused(Errors.INVALID_CONFIG, set(broker(""), "retention.ms", "5"));
    }

    @Test
    void badValuesOfBrokersAreInvalidRequestsAsInKafka() {
        refused(Errors.INVALID_REQUEST, set(broker(""), "log.retention.ms", "soon"));
        refused(Errors.INVALID_REQUEST, set(broker("1"), "log.segment.bytes", "1"));
    }

    @Test
    void whatAllMustAgreeOnIsNotSetForOneBroker() {
        refused(Errors.INVALID_CONFIG, set(broker("1"), "min.insync.replicas", "1"));
        refused(Errors.INVALID_CONFIG, set(broker("1"), "unclean.leader.election.enable", "true"));
        refused(Errors.INVALID_CONFIG, set(broker("1"), "flush.policy", "replicated"));
    }

    @Test
    void brokersAreNamedByTheirRegisteredNumber() {
        refused(Errors.BROKER_ID_NOT_REGISTERED, set(broker("9"), "log.retention.ms", "5"));
        refused(Errors.INVALID_REQUEST, set(broker("one"), "log.retention.ms", "5"));
        refused(Errors.INVALID_REQUEST, set(broker("01"), "log.retention.ms", "5"));
    }

    @Test
    void otherResourcesHaveNoSettings() {
        refused(Errors.INVALID_REQUEST, set(of(ConfigResource.Type.UNKNOWN, "x"), "log.retention.ms", "5"));
    }

    @Test
    void resourceThatIsNamedTwiceIsRefusedTwice() {
        cluster.topicOn("t", TestCluster.ids(1));
        MetadataResult result = alter(
                set(topic("t"), "retention.ms", "5"),
                set(broker("1"), "log.retention.ms", "5"),
                set(topic("t"), "retention.bytes", "5"));
        assertThat(error(result, 0)).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(result, 1)).isEqualTo(Errors.NONE);
        assertThat(error(result, 2)).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(cluster.image().topicConfigs(cluster.image().topic("t").id()))
                .isEmpty();
    }

    @Test
    void valueThatIsTooLongIsRefused() {
        cluster.topicOn("t", TestCluster.ids(1));
        refused(Errors.INVALID_CONFIG, set(topic("t"), "cleanup.policy", "delete,".repeat(5_000) + "delete"));
    }

    @Test
    void unknownOperationIsRefused() {
        cluster.topicOn("t", TestCluster.ids(1));
        refused(Errors.INVALID_REQUEST, set(topic("t"), "retention.ms", "5").setOpValue(77));
    }

    @Test
    void elementsAreAppendedToListsAndTakenOut() {
        cluster.topicOn("t", TestCluster.ids(1));
        assertThat(outcome(change(topic("t"), Op.APPEND, "cleanup.policy", "delete")))
                .isEqualTo(Errors.NONE);
        assertThat(cluster.image().topicConfigs(cluster.image().topic("t").id()))
                .containsEntry("cleanup.policy", "delete");
        assertThat(outcome(change(topic("t"), Op.APPEND, "cleanup.policy", "compact")))
                .isEqualTo(Errors.NONE);
        assertThat(cluster.image().topicConfigs(cluster.image().topic("t").id()))
                .containsEntry("cleanup.policy", "delete,compact");
        assertThat(outcome(change(topic("t"), Op.SUBTRACT, "cleanup.policy", "compact")))
                .isEqualTo(Errors.NONE);
        refused(Errors.INVALID_CONFIG, change(topic("t"), Op.APPEND, "cleanup.policy", "keep"));
        refused(Errors.INVALID_CONFIG, change(topic("t"), Op.SUBTRACT, "cleanup.policy", "delete"));
    }

    @Test
    void onlyListsHaveElements() {
        cluster.topicOn("t", TestCluster.ids(1));
        refused(Errors.INVALID_CONFIG, change(topic("t"), Op.APPEND, "retention.ms", "5"));
        refused(Errors.INVALID_CONFIG, change(topic("t"), Op.SUBTRACT, "retention.ms", "5"));
    }

    @Test
    void throttlesMayBeRemovedWhichReassignmentToolsDoWithoutHavingSetThem() {
        cluster.topicOn("t", TestCluster.ids(1));
        assertThat(outcome(change(topic("t"), Op.DELETE, "leader.replication.throttled.replicas", "")))
                .isEqualTo(Errors.NONE);
        assertThat(outcome(change(broker("1"), Op.DELETE, "follower.replication.throttled.rate", "")))
                .isEqualTo(Errors.NONE);
    }

    @Test
    void replicasAreThrottledByPairsOfPartitionAndBrokerOrAll() {
        cluster.topicOn("t", TestCluster.ids(1));
        for (String value : List.of("*", "0:1,1:2", " 0:101 , 1:102", "")) {
            assertThat(outcome(set(topic("t"), "leader.replication.throttled.replicas", value)))
                    .as(value)
                    .isEqualTo(Errors.NONE);
        }
        for (String value : List.of("1", "0:1,", "a:b", "0:1:2", "PARTITION:BROKER", "-1:1", "0:12345678901")) {
            refused(Errors.INVALID_CONFIG, set(topic("t"), "follower.replication.throttled.replicas", value));
        }
        assertThat(outcome(change(topic("t"), Op.APPEND, "follower.replication.throttled.replicas", "0:1")))
                .isEqualTo(Errors.NONE);
    }

    @Test
    void ratesOfThrottlesAreSetForOneBrokerOrAll() {
        assertThat(outcome(set(broker("1"), "follower.replication.throttled.rate", "1000")))
                .isEqualTo(Errors.NONE);
        assertThat(outcome(set(broker(""), "leader.replication.throttled.rate", "1000")))
                .isEqualTo(Errors.NONE);
        refused(Errors.INVALID_REQUEST, set(broker("1"), "leader.replication.throttled.rate", "0"));
    }

    // ---- what a default for all does to topics

    @Test
    void minIsrOfAllBrokersHoldsForTopicsWithoutTheirOwn() {
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.topicOn("own", TestCluster.ids(1, 2, 3), "min.insync.replicas", "2");
        alter(set(broker(""), "min.insync.replicas", "3"));
        assertThat(minIsr("t")).isEqualTo(3);
        assertThat(minIsr("own")).isEqualTo(2);

        alter(change(broker(""), Op.DELETE, "min.insync.replicas", ""));
        assertThat(minIsr("t")).isEqualTo(2);
    }

    private int minIsr(String topic) {
        return TopicPolicy.of(cluster.image(), cluster.image().topic(topic).id())
                .minIsr(3);
    }

    @Test
    void smallerMinIsrOfAllBrokersEndsEligibilityInEveryTopicThatItConcernsBefore() {
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.topicOn("own", TestCluster.ids(1, 2, 3), "min.insync.replicas", "2");
        cluster.alterIsr("t", 1);
        cluster.alterIsr("own", 1);

        Decision decision = cluster.decide(TestCluster.own()
                .setAlterConfigs(IncrementalAlterConfigsCommand.newBuilder()
                        .addAlterations(set(broker(""), "min.insync.replicas", "1"))));
        assertThat(decision.records()).hasSize(2);
        assertThat(decision.records().get(0).hasPartitionChange()).isTrue();
        assertThat(decision.records().get(1).hasConfig()).isTrue();
        cluster.apply(decision, 2);
        assertThat(cluster.partition("t").elr()).isEmpty();
        assertThat(cluster.partition("own").elr()).containsExactly(2, 3);
    }

    @Test
    void flushPolicyOfAllBrokersEndsDurabilityInEveryTopicThatItConcerns() {
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.topicOn("own", TestCluster.ids(1, 2, 3), "flush.policy", "commit");
        PartitionImage before = cluster.partition("t");
        alter(set(broker(""), "flush.policy", "replicated"));
        assertThat(cluster.partition("t").durable()).isFalse();
        assertThat(cluster.partition("t").partitionEpoch()).isEqualTo(before.partitionEpoch() + 1);
        assertThat(cluster.partition("own").durable()).isTrue();
        cluster.topicOn("later", TestCluster.ids(1, 2, 3));
        assertThat(cluster.partition("later").durable()).isFalse();
    }

    @Test
    void uncleanElectionThatIsAllowedForAllHappensNow() {
        cluster.topicOn("t", TestCluster.ids(1, 2));
        cluster.alterIsr("t", 1);
        cluster.fence(1);
        assertThat(cluster.partition("t").hasLeader()).isFalse();
        alter(set(broker(""), "unclean.leader.election.enable", "true"));
        assertThat(cluster.partition("t").leader()).isEqualTo(2);
    }

    // ---- replacing

    private MetadataResult replace(boolean validateOnly, ConfigReplacement.Builder... replacements) {
        ReplaceConfigsCommand.Builder command =
                ReplaceConfigsCommand.newBuilder().setValidateOnly(validateOnly);
        for (ConfigReplacement.Builder replacement : replacements) {
            command.addReplacements(replacement);
        }
        return cluster.ok(TestCluster.own().setReplaceConfigs(command));
    }

    private static ConfigReplacement.Builder replacement(ConfigResource resource, String... keysAndValues) {
        ConfigReplacement.Builder replacement = ConfigReplacement.newBuilder().setResource(resource);
        for (int i = 0; i < keysAndValues.length; i += 2) {
            replacement.addConfigs(
                    ConfigEntry.newBuilder().setKey(keysAndValues[i]).setValue(keysAndValues[i + 1]));
        }
        return replacement;
    }

    @Test
    void replacingSetsWhatIsNamedAndRemovesTheRest() {
        cluster.topicOn("t", TestCluster.ids(1), "retention.ms", "5", "retention.bytes", "7");
        assertThat(error(replace(false, replacement(topic("t"), "retention.ms", "6", "segment.ms", "8")), 0))
                .isEqualTo(Errors.NONE);
        assertThat(cluster.image().topicConfigs(cluster.image().topic("t").id()))
                .containsOnlyKeys("retention.ms", "segment.ms")
                .containsEntry("retention.ms", "6");
        replace(false, replacement(topic("t")));
        assertThat(cluster.image().topicConfigs(cluster.image().topic("t").id()))
                .isEmpty();
    }

    @Test
    void replacingFollowsTheRulesOfAltering() {
        cluster.topicOn("t", TestCluster.ids(1), "retention.ms", "5");
        long hash = cluster.image().stateHash();
        assertThat(error(replace(false, replacement(topic("t"), "no.such", "6")), 0))
                .isEqualTo(Errors.INVALID_CONFIG);
        assertThat(error(replace(false, replacement(topic("t"), "retention.ms", "1", "retention.ms", "2")), 0))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(replace(false, replacement(topic("x"), "retention.ms", "6")), 0))
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        MetadataResult twice = replace(false, replacement(topic("t")), replacement(topic("t")));
        assertThat(error(twice, 0)).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(twice, 1)).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(error(replace(true, replacement(topic("t"))), 0)).isEqualTo(Errors.NONE);
        assertThat(cluster.image().stateHash()).isEqualTo(hash);
    }
}
