// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import java.util.List;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.protocol.ApiKeys;

/** Settings of topics, nodes and groups: shown, changed, refused. */
final class ConfigSteps {
    private static final byte TOPIC = ConfigResource.Type.TOPIC.id();
    private static final byte BROKER = ConfigResource.Type.BROKER.id();
    private static final byte GROUP = ConfigResource.Type.GROUP.id();
    private static final byte LOGGER = ConfigResource.Type.BROKER_LOGGER.id();
    private static final byte NO_TYPE = 77;
    private static final byte SET = 0;
    private static final byte DELETE = 1;
    private static final byte APPEND = 2;
    private static final byte SUBTRACT = 3;
    private static final byte NO_OPERATION = 9;

    private ConfigSteps() {}

    static void addTo(Script script) {
        describe(script);
        change(script);
        refuse(script);
        replace(script);
        script.ask(
                ApiKeys.LIST_CONFIG_RESOURCES,
                "of groups",
                (cluster, v) -> new ListConfigResourcesRequestData().setResourceTypes(List.of(GROUP)));
        script.ask(
                ApiKeys.LIST_CONFIG_RESOURCES,
                "of topics and nodes",
                (cluster, v) -> new ListConfigResourcesRequestData().setResourceTypes(List.of(TOPIC, BROKER)));
        script.ask(
                ApiKeys.LIST_CONFIG_RESOURCES,
                "of a type that does not exist",
                (cluster, v) -> new ListConfigResourcesRequestData().setResourceTypes(List.of(NO_TYPE)));
    }

    private static void describe(Script script) {
        describe(script, "all of a topic", TOPIC, TopicSteps.TOPIC, null);
        describe(script, "of a topic with a setting", TOPIC, "made-7", List.of("retention.ms", "segment.bytes"));
        describe(script, "names that do not exist", TOPIC, TopicSteps.TOPIC, List.of("no.such.setting"));
        describe(script, "an empty list of names", TOPIC, TopicSteps.TOPIC, List.of());
        describe(script, "an unknown topic", TOPIC, "unknown", null);
        describe(script, "a topic without a name", TOPIC, "", null);
        describe(script, "a topic's name that cannot be", TOPIC, "a b", null);
        describe(
                script,
                "of a node",
                BROKER,
                "1",
                List.of("min.insync.replicas", "log.retention.ms", "node.id", "log.segment.bytes", "compression.type"));
        describe(script, "of all nodes", BROKER, "", null);
        describe(script, "of another node", BROKER, "2", null);
        describe(script, "a node that is no number", BROKER, "one", null);
        describe(script, "of a group", GROUP, "some-group", null);
        describe(script, "of a group without a name", GROUP, "", null);
        describe(script, "a logger that does not exist", LOGGER, "1", List.of("no.such.logger"));
        describe(script, "loggers of another node", LOGGER, "2", null);
        describe(script, "loggers of a node without a name", LOGGER, "", null);
        describe(script, "a type that does not exist", NO_TYPE, "x", null);
    }

    private static void describe(Script script, String name, byte type, String resource, List<String> keys) {
        script.ask(
                ApiKeys.DESCRIBE_CONFIGS,
                name,
                (cluster, v) -> new DescribeConfigsRequestData()
                        .setIncludeSynonyms(true)
                        .setResources(List.of(new DescribeConfigsResource()
                                .setResourceType(type)
                                .setResourceName(resource)
                                .setConfigurationKeys(keys))));
    }

    private static void change(Script script) {
        change(script, "set", TOPIC, TopicSteps.TOPIC, "retention.ms", SET, "1000000");
        change(script, "append to a list", TOPIC, TopicSteps.TOPIC, "cleanup.policy", APPEND, "compact");
        change(script, "append what is there", TOPIC, TopicSteps.TOPIC, "cleanup.policy", APPEND, "compact");
        change(script, "subtract from a list", TOPIC, TopicSteps.TOPIC, "cleanup.policy", SUBTRACT, "compact");
        change(script, "delete", TOPIC, TopicSteps.TOPIC, "retention.ms", DELETE, null);
        change(script, "delete what is not set", TOPIC, TopicSteps.TOPIC, "segment.ms", DELETE, null);
        change(script, "set for all nodes", BROKER, "", "log.cleaner.threads", SET, "2");
        change(script, "set for a group", GROUP, "some-group", "consumer.session.timeout.ms", SET, "50000");
        change(script, "delete of a group", GROUP, "some-group", "consumer.session.timeout.ms", DELETE, null);
    }

    private static void refuse(Script script) {
        change(script, "an unknown name", TOPIC, TopicSteps.TOPIC, "no.such.setting", SET, "1");
        change(script, "no number", TOPIC, TopicSteps.TOPIC, "retention.ms", SET, "x");
        change(script, "out of range", TOPIC, TopicSteps.TOPIC, "segment.bytes", SET, "1");
        change(script, "no value", TOPIC, TopicSteps.TOPIC, "retention.ms", SET, null);
        change(script, "append to what is no list", TOPIC, TopicSteps.TOPIC, "retention.ms", APPEND, "1");
        change(script, "an operation that does not exist", TOPIC, TopicSteps.TOPIC, "retention.ms", NO_OPERATION, "1");
        change(script, "an unknown topic", TOPIC, "unknown", "retention.ms", SET, "1000");
        change(script, "a topic without a name", TOPIC, "", "retention.ms", SET, "1000");
        change(script, "an unknown node", BROKER, "9", "log.cleaner.threads", SET, "1");
        change(script, "a node that is no number", BROKER, "one", "log.cleaner.threads", SET, "1");
        change(script, "what a node has for good", BROKER, "1", "node.id", SET, "7");
        change(script, "a type that does not exist", NO_TYPE, "x", "a", SET, "1");
        change(script, "a logger that does not exist", LOGGER, "1", "no.such.logger", SET, "INFO");
        change(script, "a logger of another node", LOGGER, "2", "root", SET, "INFO");
        change(script, "an append to a logger", LOGGER, "1", "root", APPEND, "INFO");
        change(script, "a group without a name", GROUP, "", "consumer.session.timeout.ms", SET, "50000");
        change(script, "a group's setting out of range", GROUP, "some-group", "consumer.session.timeout.ms", SET, "1");
        script.ask(ApiKeys.INCREMENTAL_ALTER_CONFIGS, "the same name twice", (cluster, v) -> {
            var resource = resource(TOPIC, TopicSteps.TOPIC);
            resource.configs()
                    .add(new AlterableConfig()
                            .setName("retention.ms")
                            .setConfigOperation(SET)
                            .setValue("1"));
            resource.configs()
                    .add(new AlterableConfig()
                            .setName("retention.ms")
                            .setConfigOperation(DELETE)
                            .setValue(null));
            return request(resource);
        });
        script.ask(
                ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                "nothing of a topic",
                (cluster, v) -> request(resource(TOPIC, TopicSteps.TOPIC)));
    }

    private static void change(
            Script script, String name, byte type, String resource, String key, byte operation, String value) {
        script.ask(ApiKeys.INCREMENTAL_ALTER_CONFIGS, name, (cluster, v) -> {
            var changed = resource(type, resource);
            changed.configs()
                    .add(new AlterableConfig()
                            .setName(key)
                            .setConfigOperation(operation)
                            .setValue(value));
            return request(changed);
        });
    }

    private static AlterConfigsResource resource(byte type, String name) {
        return new AlterConfigsResource().setResourceType(type).setResourceName(name);
    }

    private static IncrementalAlterConfigsRequestData request(AlterConfigsResource resource) {
        var request = new IncrementalAlterConfigsRequestData();
        request.resources().add(resource);
        return request;
    }

    private static void replace(Script script) {
        replace(script, "all of a topic", TOPIC, "made-6", "retention.ms", "5000000");
        replace(script, "an unknown name", TOPIC, "made-6", "no.such.setting", "1");
        replace(script, "no value", TOPIC, "made-6", "retention.ms", null);
        replace(script, "an unknown topic", TOPIC, "unknown", "retention.ms", "1");
        replace(script, "a type that does not exist", NO_TYPE, "x", "a", "1");
        replace(script, "a logger", LOGGER, "1", "root", "INFO");
    }

    private static void replace(Script script, String name, byte type, String resource, String key, String value) {
        script.ask(ApiKeys.ALTER_CONFIGS, name, (cluster, v) -> {
            var changed = new AlterConfigsRequestData.AlterConfigsResource()
                    .setResourceType(type)
                    .setResourceName(resource);
            changed.configs()
                    .add(new AlterConfigsRequestData.AlterableConfig()
                            .setName(key)
                            .setValue(value));
            var request = new AlterConfigsRequestData();
            request.resources().add(changed);
            return request;
        });
    }
}
