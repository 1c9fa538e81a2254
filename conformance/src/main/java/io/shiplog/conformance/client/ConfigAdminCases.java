// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.client;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.common.config.ConfigResource;

/** Settings of topics, brokers and groups. */
final class ConfigAdminCases {
    private static final String AREA = "admin: configs";
    private static final int KAFKA_4_0 = 4000;
    private static final int KAFKA_4_1 = 4001;

    private ConfigAdminCases() {}

    static List<Case> all() {
        return List.of(
                Case.quick(AREA, "describeConfigs: topic", ConfigAdminCases::topic),
                Case.of(
                        AREA,
                        "describeConfigs: all of Kafka's topic settings, with documentation",
                        ConfigAdminCases::documentation),
                Case.of(AREA, "describeConfigs: synonyms", ConfigAdminCases::synonyms),
                Case.of(AREA, "describeConfigs: broker", ConfigAdminCases::broker),
                Case.of(AREA, "describeConfigs: unknown topic", ConfigAdminCases::unknownTopic),
                Case.quick(
                        AREA,
                        "incrementalAlterConfigs: topic: set, append, subtract, delete",
                        ConfigAdminCases::alterTopic),
                Case.of(AREA, "incrementalAlterConfigs: validateOnly", ConfigAdminCases::validateOnly),
                Case.of(AREA, "incrementalAlterConfigs: what is refused", ConfigAdminCases::refused),
                Case.of(AREA, "incrementalAlterConfigs: one broker", ConfigAdminCases::alterBroker),
                Case.of(AREA, "incrementalAlterConfigs: group", ConfigAdminCases::alterGroup)
                        .since(KAFKA_4_0),
                Case.of(AREA, "alterConfigs: topic", ConfigAdminCases::alterConfigs)
                        .until(KAFKA_4_0),
                Case.of(AREA, "listConfigResources", ConfigAdminCases::listResources)
                        .since(KAFKA_4_1));
    }

    private static ConfigResource of(String topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }

    private static Config configs(Session session, ConfigResource resource) throws Exception {
        return session.get(session.admin().describeConfigs(List.of(resource)).all())
                .get(resource);
    }

    private static AlterConfigOp op(String name, String value, AlterConfigOp.OpType type) {
        return new AlterConfigOp(new ConfigEntry(name, value), type);
    }

    private static void alter(Session session, ConfigResource resource, AlterConfigOp... ops) throws Exception {
        Map<ConfigResource, Collection<AlterConfigOp>> changes = Map.of(resource, List.of(ops));
        session.get(session.admin().incrementalAlterConfigs(changes).all());
    }

    private static void topic(Session session) throws Exception {
        String topic = session.topic(1, Map.of("retention.ms", "7654321"));
        Config config = configs(session, of(topic));
        ConfigEntry retention = config.get("retention.ms");
        Expect.equal(retention.value(), "7654321", "retention.ms");
        Expect.equal(retention.source(), ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG, "its source");
        Expect.equal(retention.isDefault(), false, "whether it is a default");
        Expect.equal(config.get("cleanup.policy").value(), "delete", "cleanup.policy");
        Expect.equal(config.get("cleanup.policy").source(), ConfigEntry.ConfigSource.DEFAULT_CONFIG, "its source");
        Expect.equal(config.get("cleanup.policy").isReadOnly(), false, "whether it is read-only");
    }

    /** Those that every client may look for; tiered storage is not there. */
    private static void documentation(Session session) throws Exception {
        ConfigResource resource = of(session.topic(1));
        Config config = session.get(session.admin()
                        .describeConfigs(List.of(resource), new DescribeConfigsOptions().includeDocumentation(true))
                        .all())
                .get(resource);
        for (String name : List.of(
                "cleanup.policy",
                "compression.type",
                "delete.retention.ms",
                "file.delete.delay.ms",
                "flush.messages",
                "flush.ms",
                "follower.replication.throttled.replicas",
                "index.interval.bytes",
                "leader.replication.throttled.replicas",
                "max.compaction.lag.ms",
                "max.message.bytes",
                "message.timestamp.after.max.ms",
                "message.timestamp.before.max.ms",
                "message.timestamp.type",
                "min.cleanable.dirty.ratio",
                "min.compaction.lag.ms",
                "min.insync.replicas",
                "preallocate",
                "retention.bytes",
                "retention.ms",
                "segment.bytes",
                "segment.index.bytes",
                "segment.jitter.ms",
                "segment.ms",
                "unclean.leader.election.enable")) {
            ConfigEntry entry = config.get(name);
            Expect.that(entry != null, "there is no " + name);
            Expect.that(entry.type() != ConfigEntry.ConfigType.UNKNOWN, name + " has no type");
            Expect.that(entry.documentation() != null && !entry.documentation().isEmpty(), name + " is not explained");
        }
    }

    private static void synonyms(Session session) throws Exception {
        ConfigResource resource = of(session.topic(1, Map.of("segment.bytes", "7654321")));
        Config config = session.get(session.admin()
                        .describeConfigs(List.of(resource), new DescribeConfigsOptions().includeSynonyms(true))
                        .all())
                .get(resource);
        List<ConfigEntry.ConfigSynonym> synonyms = config.get("segment.bytes").synonyms();
        Expect.that(synonyms.size() >= 2, "only " + synonyms);
        Expect.equal(
                synonyms.get(0).source(), ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG, "the source of the first");
        Expect.equal(synonyms.get(0).value(), "7654321", "the value of the first");
        Expect.equal(synonyms.get(1).name(), "log.segment.bytes", "the name of the second");
        Expect.equal(synonyms.get(1).value(), "1073741824", "the value of the second");
    }

    private static void broker(Session session) throws Exception {
        Config config = configs(session, new ConfigResource(ConfigResource.Type.BROKER, "2"));
        Expect.equal(config.get("node.id").value(), "2", "node.id");
        Expect.equal(config.get("broker.rack").value(), "rack-2", "broker.rack");
        Expect.equal(config.get("node.id").isReadOnly(), true, "whether node.id is read-only");
        Expect.that(config.get("log.retention.ms") != null, "there is no log.retention.ms");
    }

    private static void unknownTopic(Session session) throws Exception {
        Expect.refused("UnknownTopicOrPartitionException", () -> configs(session, of(session.fresh("nothing"))));
        Expect.refused("InvalidTopicException", () -> configs(session, of("bad/name")));
    }

    private static void alterTopic(Session session) throws Exception {
        ConfigResource resource = of(session.topic(1));
        alter(session, resource, op("retention.ms", "1000000", AlterConfigOp.OpType.SET));
        awaitValue(session, resource, "retention.ms", "1000000");
        alter(session, resource, op("cleanup.policy", "compact", AlterConfigOp.OpType.APPEND));
        Expect.eventually(
                "both policies are there",
                () -> List.of(configs(session, resource)
                                .get("cleanup.policy")
                                .value()
                                .split(",", -1))
                        .containsAll(List.of("delete", "compact")));
        alter(session, resource, op("cleanup.policy", "delete", AlterConfigOp.OpType.SUBTRACT));
        awaitValue(session, resource, "cleanup.policy", "compact");
        alter(session, resource, op("retention.ms", "", AlterConfigOp.OpType.DELETE));
        awaitValue(session, resource, "retention.ms", "604800000");
    }

    private static void awaitValue(Session session, ConfigResource resource, String name, String value)
            throws Exception {
        Expect.eventually(
                name + " is " + value,
                () -> configs(session, resource).get(name).value().equals(value));
    }

    private static void validateOnly(Session session) throws Exception {
        ConfigResource resource = of(session.topic(1));
        Map<ConfigResource, Collection<AlterConfigOp>> changes =
                Map.of(resource, List.of(op("retention.ms", "1000000", AlterConfigOp.OpType.SET)));
        session.get(session.admin()
                .incrementalAlterConfigs(changes, new AlterConfigsOptions().validateOnly(true))
                .all());
        Expect.equal(configs(session, resource).get("retention.ms").value(), "604800000", "retention.ms");
    }

    private static void refused(Session session) throws Exception {
        ConfigResource resource = of(session.topic(1));
        for (AlterConfigOp each : List.of(
                op("retention.ms", "soon", AlterConfigOp.OpType.SET),
                op("min.insync.replicas", "0", AlterConfigOp.OpType.SET),
                op("cleanup.policy", "forget", AlterConfigOp.OpType.SET),
                op("no.such.setting", "1", AlterConfigOp.OpType.SET),
                op("retention.ms", "1", AlterConfigOp.OpType.APPEND))) {
            Expect.refused("InvalidConfigurationException", () -> alter(session, resource, each));
        }
        Expect.refused(
                "UnknownTopicOrPartitionException",
                () -> alter(session, of(session.fresh("nothing")), op("retention.ms", "1", AlterConfigOp.OpType.SET)));
    }

    private static void alterBroker(Session session) throws Exception {
        ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "3");
        alter(session, broker, op("log.cleaner.delete.retention.ms", "86400001", AlterConfigOp.OpType.SET));
        Expect.eventually(
                "it is in force",
                () -> configs(session, broker)
                        .get("log.cleaner.delete.retention.ms")
                        .value()
                        .equals("86400001"));
        Expect.equal(
                configs(session, broker).get("log.cleaner.delete.retention.ms").source(),
                ConfigEntry.ConfigSource.DYNAMIC_BROKER_CONFIG,
                "its source");
        alter(session, broker, op("log.cleaner.delete.retention.ms", "", AlterConfigOp.OpType.DELETE));
        awaitValue(session, broker, "log.cleaner.delete.retention.ms", "86400000");
        Expect.refused(
                "InvalidRequestException", () -> alter(session, broker, op("node.id", "9", AlterConfigOp.OpType.SET)));
    }

    private static void alterGroup(Session session) throws Exception {
        ConfigResource.Type type = ConfigResource.Type.valueOf("GROUP");
        ConfigResource group = new ConfigResource(type, session.fresh("group"));
        alter(session, group, op("consumer.session.timeout.ms", "50000", AlterConfigOp.OpType.SET));
        awaitValue(session, group, "consumer.session.timeout.ms", "50000");
        Expect.equal(
                configs(session, group).get("consumer.heartbeat.interval.ms").value(),
                "5000",
                "consumer.heartbeat.interval.ms");
        Expect.refused(
                "InvalidConfigurationException",
                () -> alter(session, group, op("consumer.session.timeout.ms", "1", AlterConfigOp.OpType.SET)));
        alter(session, group, op("consumer.session.timeout.ms", "", AlterConfigOp.OpType.DELETE));
        awaitValue(session, group, "consumer.session.timeout.ms", "45000");
    }

    private static void alterConfigs(Session session) throws Exception {
        ConfigResource resource = of(session.topic(1, Map.of("retention.ms", "1000000")));
        Map<ConfigResource, Config> changes =
                Map.of(resource, new Config(List.of(new ConfigEntry("segment.bytes", "2000000"))));
        session.outcome(Newer.call(Newer.call(session.admin(), "alterConfigs", changes), "all"));
        awaitValue(session, resource, "segment.bytes", "2000000");
        awaitValue(session, resource, "retention.ms", "604800000");
    }

    private static void listResources(Session session) throws Exception {
        session.topic(1);
        Collection<?> all =
                (Collection<?>) session.outcome(Newer.call(Newer.call(session.admin(), "listConfigResources"), "all"));
        Expect.that(
                all.stream().anyMatch(each -> ((ConfigResource) each).type() == ConfigResource.Type.BROKER),
                "no broker in " + all);
    }
}
