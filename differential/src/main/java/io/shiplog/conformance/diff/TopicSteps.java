// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** Topics: made, described, widened, deleted. Leaves {@link #TOPIC} and {@link #SECOND} behind. */
final class TopicSteps {
    /** Two partitions, replicas 1, 2, 3 with node 1 leading both. */
    static final String TOPIC = "first";

    /** One partition, on nodes 2 and 3 with node 2 leading. */
    static final String SECOND = "second";

    /** One partition, on all nodes with node 1 leading: its records have the log's time. */
    static final String STAMPED = "stamped";

    /** The same, compacted, and refusing records that are not of today. */
    static final String COMPACTED = "compacted";

    static final int TIMEOUT_MS = 10_000;
    private static final int LONGEST_NAME = 249;

    private TopicSteps() {}

    static void addTo(Script script) {
        create(script);
        refuse(script);
        describe(script);
        widen(script);
        delete(script);
    }

    private static void create(Script script) {
        script.ask(
                ApiKeys.CREATE_TOPICS,
                "a topic with a setting",
                (cluster, v) -> {
                    var topic = assigned("made-" + v, List.of(1, 2, 3), List.of(2, 3, 1));
                    topic.configs()
                            .add(new CreatableTopicConfig()
                                    .setName("retention.ms")
                                    .setValue("86400000"));
                    return topics(topic);
                },
                (cluster, answer, v) -> cluster.awaitTopic("made-" + v));
        script.ask(
                ApiKeys.CREATE_TOPICS,
                "by numbers",
                (cluster, v) -> topics(sized("numbers-" + v, 2, 3)).setValidateOnly(true));
        script.ask(
                ApiKeys.CREATE_TOPICS,
                "two topics",
                (cluster, v) -> topics(
                        assigned("counted-a-" + v, List.of(1, 2, 3), List.of(2, 3, 1)),
                        assigned("counted-b-" + v, List.of(1))),
                (cluster, answer, v) -> {
                    cluster.awaitTopic("counted-a-" + v);
                    cluster.awaitTopic("counted-b-" + v);
                });
        script.ask(
                ApiKeys.CREATE_TOPICS,
                "defaults of the node",
                (cluster, v) -> topics(sized("default-" + v, -1, -1)).setValidateOnly(true));
        script.ask(
                ApiKeys.CREATE_TOPICS,
                "first topic, exists from the second version on",
                (cluster, v) -> topics(assigned(TOPIC, List.of(1, 2, 3), List.of(1, 2, 3))),
                (cluster, answer, v) -> cluster.awaitTopic(TOPIC));
        script.ask(
                ApiKeys.CREATE_TOPICS,
                "second topic, exists from the second version on",
                (cluster, v) -> topics(assigned(SECOND, List.of(2, 3))),
                (cluster, answer, v) -> cluster.awaitTopic(SECOND));
        script.converseAnywhere(
                ApiKeys.CREATE_TOPICS,
                7,
                "topics that look at records",
                (cluster, v) -> topics(
                        set(assigned(STAMPED, List.of(1, 2, 3)), "message.timestamp.type", "LogAppendTime"),
                        set(
                                set(assigned(COMPACTED, List.of(1, 2, 3)), "cleanup.policy", "compact"),
                                "message.timestamp.after.max.ms",
                                "86400000")),
                (cluster, answer, v) -> {
                    cluster.awaitTopic(STAMPED);
                    cluster.awaitTopic(COMPACTED);
                });
    }

    private static void refuse(Script script) {
        var wrong = new java.util.LinkedHashMap<String, CreatableTopic[]>();
        wrong.put("no topic", new CreatableTopic[0]);
        wrong.put("the same topic twice", new CreatableTopic[] {sized("twice", 1, 1), sized("twice", 1, 1)});
        wrong.put("an empty name", new CreatableTopic[] {sized("", 1, 1)});
        wrong.put("a name with a blank", new CreatableTopic[] {sized("a b", 1, 1)});
        wrong.put("the name of a dot", new CreatableTopic[] {sized(".", 1, 1)});
        wrong.put("a name that is too long", new CreatableTopic[] {sized("x".repeat(LONGEST_NAME + 1), 1, 1)});
        wrong.put("names that collide as metrics", new CreatableTopic[] {sized("made.7", 1, 1), sized("made_7", 1, 1)});
        wrong.put("no partitions", new CreatableTopic[] {sized("none", 0, 1)});
        wrong.put("negative partitions", new CreatableTopic[] {sized("negative", -2, 1)});
        wrong.put("no replicas", new CreatableTopic[] {sized("none", 1, 0)});
        wrong.put("more replicas than nodes", new CreatableTopic[] {sized("many", 1, 9)});
        wrong.put("an unknown setting", new CreatableTopic[] {set(sized("set", 1, 1), "no.such.setting", "1")});
        wrong.put(
                "a setting that is no number", new CreatableTopic[] {set(sized("set", 1, 1), "retention.ms", "long")});
        wrong.put("a setting out of range", new CreatableTopic[] {set(sized("set", 1, 1), "segment.bytes", "1")});
        wrong.put("a setting without a value", new CreatableTopic[] {set(sized("set", 1, 1), "retention.ms", null)});
        wrong.put(
                "an unknown cleanup policy", new CreatableTopic[] {set(sized("set", 1, 1), "cleanup.policy", "burn")});
        wrong.put(
                "more in sync than replicas",
                new CreatableTopic[] {set(sized("set", 1, 1), "min.insync.replicas", "2")});
        wrong.put("an unknown node", new CreatableTopic[] {assigned("there", List.of(9))});
        wrong.put("a node twice", new CreatableTopic[] {assigned("there", List.of(1, 1))});
        wrong.put("replicas of a partition missing", new CreatableTopic[] {assigned("there", List.of())});
        wrong.put("uneven replicas", new CreatableTopic[] {assigned("there", List.of(1), List.of(1, 2))});
        wrong.put("replicas and numbers", new CreatableTopic[] {
            assigned("there", List.of(1)).setNumPartitions(1).setReplicationFactor((short) 1)
        });
        wrong.put("partitions that begin with 1", new CreatableTopic[] {skipping("there")});
        wrong.put("an internal topic", new CreatableTopic[] {sized("__share_group_state", 1, 1)});
        wrong.put("one good, one bad", new CreatableTopic[] {sized("good", 1, 1), sized("bad/", 1, 1)});
        wrong.forEach((name, topics) -> script.ask(ApiKeys.CREATE_TOPICS, name, (cluster, v) -> {
            var copies = new CreatableTopic[topics.length];
            java.util.Arrays.setAll(copies, i -> topics[i].duplicate());
            return topics(copies).setValidateOnly(true);
        }));
    }

    private static void describe(Script script) {
        script.ask(ApiKeys.METADATA, "two topics", (cluster, v) -> metadata(v, TOPIC, SECOND));
        script.ask(ApiKeys.METADATA, "the same topic twice", (cluster, v) -> metadata(v, TOPIC, TOPIC));
        script.ask(
                ApiKeys.METADATA, "an unknown topic beside a known one", (cluster, v) -> metadata(v, TOPIC, "unknown"));
        script.ask(ApiKeys.METADATA, "a name that cannot be", (cluster, v) -> metadata(v, "a b"));
        script.ask(ApiKeys.METADATA, "an empty name", (cluster, v) -> metadata(v, ""));
        script.ask(ApiKeys.METADATA, "an empty list", (cluster, v) -> metadata(v));
        script.ask(
                ApiKeys.METADATA,
                "all topics",
                (cluster, v) -> new MetadataRequestData()
                        .setTopics(v == 0 ? List.of() : null)
                        .setAllowAutoTopicCreation(true));
        script.ask(
                ApiKeys.METADATA,
                "with operations",
                (cluster, v) -> metadata(v, TOPIC).setIncludeTopicAuthorizedOperations(true));
        script.ask(
                ApiKeys.METADATA,
                "with operations, an unknown topic",
                (cluster, v) -> metadata(v, "unknown").setIncludeTopicAuthorizedOperations(true));
        script.ask(
                ApiKeys.METADATA,
                "with operations, an unknown id",
                (cluster, v) -> byId(cluster.topicId("unknown")).setIncludeTopicAuthorizedOperations(true));
        script.ask(
                ApiKeys.METADATA,
                "with operations of the cluster",
                (cluster, v) -> metadata(v, TOPIC).setIncludeClusterAuthorizedOperations(true));
        script.ask(ApiKeys.METADATA, "by id", (cluster, v) -> byId(cluster.topicId(TOPIC)));
        script.ask(ApiKeys.METADATA, "by an unknown id", (cluster, v) -> byId(cluster.topicId("unknown")));
        script.ask(ApiKeys.METADATA, "by the id of nothing", (cluster, v) -> byId(Uuid.ZERO_UUID));
        script.ask(ApiKeys.METADATA, "by id and by name", (cluster, v) -> {
            var request = byId(cluster.topicId(TOPIC));
            request.topics().add(new MetadataRequestTopic().setName(SECOND));
            return request;
        });
        script.ask(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, "two topics", (cluster, v) -> partitions(2_000, SECOND, TOPIC));
        script.ask(
                ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
                "a limit of one partition",
                (cluster, v) -> partitions(1, SECOND, TOPIC));
        script.ask(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, "no limit", (cluster, v) -> partitions(0, TOPIC));
        script.ask(
                ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
                "an unknown topic",
                (cluster, v) -> partitions(10, "unknown", TOPIC));
        script.ask(
                ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
                "the same topic twice",
                (cluster, v) -> partitions(10, TOPIC, TOPIC));
        script.ask(
                ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
                "from a cursor",
                (cluster, v) -> partitions(10, TOPIC, SECOND).setCursor(cursor(TOPIC, 1)));
        script.ask(
                ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
                "from a cursor with a negative partition",
                (cluster, v) -> partitions(10, TOPIC).setCursor(cursor(TOPIC, -1)));
        script.ask(
                ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
                "from a cursor behind all",
                (cluster, v) -> partitions(10, TOPIC).setCursor(cursor("zzz", 0)));
    }

    private static void widen(Script script) {
        script.ask(
                ApiKeys.CREATE_PARTITIONS,
                "one more",
                (cluster, v) -> widen(false, wider("made-" + (v + 2), 3, List.of(3, 1, 2))),
                (cluster, answer, v) -> cluster.awaitTopic("made-" + (v + 2)));
        script.ask(
                ApiKeys.CREATE_PARTITIONS,
                "placed by the controller",
                (cluster, v) -> widen(true, wider(TOPIC, 4, null)));
        script.ask(
                ApiKeys.CREATE_PARTITIONS, "as many as there are", (cluster, v) -> widen(true, wider(TOPIC, 2, null)));
        script.ask(ApiKeys.CREATE_PARTITIONS, "fewer", (cluster, v) -> widen(true, wider(TOPIC, 1, null)));
        script.ask(ApiKeys.CREATE_PARTITIONS, "none", (cluster, v) -> widen(true, wider(TOPIC, 0, null)));
        script.ask(
                ApiKeys.CREATE_PARTITIONS, "an unknown topic", (cluster, v) -> widen(true, wider("unknown", 4, null)));
        script.ask(
                ApiKeys.CREATE_PARTITIONS,
                "an unknown node",
                (cluster, v) -> widen(true, wider(TOPIC, 3, List.of(9, 1, 2))));
        script.ask(
                ApiKeys.CREATE_PARTITIONS,
                "too few replicas",
                (cluster, v) -> widen(true, wider(TOPIC, 3, List.of(1))));
        script.ask(
                ApiKeys.CREATE_PARTITIONS,
                "a node twice",
                (cluster, v) -> widen(true, wider(TOPIC, 3, List.of(1, 1, 2))));
        script.ask(
                ApiKeys.CREATE_PARTITIONS,
                "more partitions than assignments",
                (cluster, v) -> widen(true, wider(TOPIC, 4, List.of(1, 2, 3))));
    }

    private static void delete(Script script) {
        script.ask(
                ApiKeys.DELETE_TOPICS,
                "one topic, by name",
                (cluster, v) -> deletion(v, "counted-a-" + (v + 1), null),
                (cluster, answer, v) -> cluster.awaitGone("counted-a-" + (v + 1)));
        script.ask(ApiKeys.DELETE_TOPICS, "an unknown topic", (cluster, v) -> deletion(v, "unknown", null));
        script.ask(ApiKeys.DELETE_TOPICS, "an empty name", (cluster, v) -> deletion(v, "", null));
        script.ask(ApiKeys.DELETE_TOPICS, "the same topic twice", (cluster, v) -> {
            var request = deletion(v, "unknown", null);
            if (v >= 6) {
                request.topics().add(new DeleteTopicState().setName("unknown"));
            } else {
                request.topicNames().add("unknown");
            }
            return request;
        });
        script.converseAnywhere(
                ApiKeys.DELETE_TOPICS, 6, "by id", (cluster, v) -> deletion(v, null, cluster.topicId("counted-b-7")));
        script.converseAnywhere(
                ApiKeys.DELETE_TOPICS,
                6,
                "by an unknown id",
                (cluster, v) -> deletion(v, null, cluster.topicId("unknown")));
        script.converseAnywhere(
                ApiKeys.DELETE_TOPICS, 6, "by id and name", (cluster, v) -> deletion(v, TOPIC, cluster.topicId(TOPIC)));
        script.converseAnywhere(ApiKeys.DELETE_TOPICS, 6, "by the same id twice", (cluster, v) -> {
            var request = deletion(v, null, cluster.topicId(TOPIC));
            request.topics().add(new DeleteTopicState().setName(null).setTopicId(cluster.topicId(TOPIC)));
            return request;
        });
        script.converseAnywhere(ApiKeys.DELETE_TOPICS, 6, "the same topic by name and by id", (cluster, v) -> {
            var request = deletion(v, TOPIC, null);
            request.topics().add(new DeleteTopicState().setName(null).setTopicId(cluster.topicId(TOPIC)));
            return request;
        });
        script.converseAnywhere(
                ApiKeys.DELETE_TOPICS, 6, "by neither", (cluster, v) -> deletion(v, null, Uuid.ZERO_UUID));
    }

    private static CreateTopicsRequestData topics(CreatableTopic... topics) {
        var request = new CreateTopicsRequestData().setTimeoutMs(TIMEOUT_MS);
        for (CreatableTopic topic : topics) {
            request.topics().mustAdd(topic);
        }
        return request;
    }

    private static CreatableTopic sized(String name, int partitions, int replicas) {
        return new CreatableTopic().setName(name).setNumPartitions(partitions).setReplicationFactor((short) replicas);
    }

    @SafeVarargs
    private static CreatableTopic assigned(String name, List<Integer>... replicas) {
        CreatableTopic topic = sized(name, -1, -1);
        for (int i = 0; i < replicas.length; i++) {
            topic.assignments()
                    .add(new CreatableReplicaAssignment().setPartitionIndex(i).setBrokerIds(replicas[i]));
        }
        return topic;
    }

    private static CreatableTopic skipping(String name) {
        CreatableTopic topic = sized(name, -1, -1);
        topic.assignments()
                .add(new CreatableReplicaAssignment().setPartitionIndex(1).setBrokerIds(List.of(1)));
        return topic;
    }

    private static CreatableTopic set(CreatableTopic topic, String name, String value) {
        topic.configs().add(new CreatableTopicConfig().setName(name).setValue(value));
        return topic;
    }

    private static MetadataRequestData metadata(short version, String... names) {
        var topics = new ArrayList<MetadataRequestTopic>();
        for (String name : names) {
            topics.add(new MetadataRequestTopic().setName(name));
        }
        return new MetadataRequestData().setTopics(topics).setAllowAutoTopicCreation(version < 4);
    }

    private static MetadataRequestData byId(Uuid id) {
        return new MetadataRequestData()
                .setTopics(new ArrayList<>(
                        List.of(new MetadataRequestTopic().setName(null).setTopicId(id))));
    }

    private static DescribeTopicPartitionsRequestData partitions(int limit, String... names) {
        var topics = new ArrayList<DescribeTopicPartitionsRequestData.TopicRequest>();
        for (String name : names) {
            topics.add(new DescribeTopicPartitionsRequestData.TopicRequest().setName(name));
        }
        return new DescribeTopicPartitionsRequestData().setTopics(topics).setResponsePartitionLimit(limit);
    }

    private static DescribeTopicPartitionsRequestData.Cursor cursor(String topic, int partition) {
        return new DescribeTopicPartitionsRequestData.Cursor()
                .setTopicName(topic)
                .setPartitionIndex(partition);
    }

    private static CreatePartitionsTopic wider(String name, int count, List<Integer> replicas) {
        return new CreatePartitionsTopic()
                .setName(name)
                .setCount(count)
                .setAssignments(
                        replicas == null ? null : List.of(new CreatePartitionsAssignment().setBrokerIds(replicas)));
    }

    private static ApiMessage widen(boolean validateOnly, CreatePartitionsTopic topic) {
        var request = new CreatePartitionsRequestData().setTimeoutMs(TIMEOUT_MS).setValidateOnly(validateOnly);
        request.topics().add(topic);
        return request;
    }

    private static DeleteTopicsRequestData deletion(short version, String name, Uuid id) {
        var topics = new ArrayList<DeleteTopicState>();
        topics.add(new DeleteTopicState().setName(name).setTopicId(id == null ? Uuid.ZERO_UUID : id));
        var request = new DeleteTopicsRequestData().setTimeoutMs(TIMEOUT_MS);
        return version >= 6 ? request.setTopics(topics) : request.setTopicNames(new ArrayList<>(List.of(name)));
    }
}
