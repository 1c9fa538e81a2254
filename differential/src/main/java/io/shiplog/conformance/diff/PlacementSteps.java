// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import java.util.List;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData.ListPartitionReassignmentsTopics;
import org.apache.kafka.common.protocol.ApiKeys;

/** Where replicas are, and who leads. */
final class PlacementSteps {
    private static final byte PREFERRED = 0;
    private static final byte UNCLEAN = 1;

    private PlacementSteps() {}

    static void addTo(Script script) {
        elect(script, "of a preferred one that leads", PREFERRED, TopicSteps.TOPIC, 0);
        elect(script, "an unclean one that nobody needs", UNCLEAN, TopicSteps.TOPIC, 0);
        elect(script, "an unknown topic", PREFERRED, "unknown", 0);
        elect(script, "an unknown partition", PREFERRED, TopicSteps.TOPIC, 9);
        elect(script, "a type that does not exist", (byte) 7, TopicSteps.TOPIC, 0);
        script.ask(
                ApiKeys.ELECT_LEADERS,
                "of all partitions",
                (cluster, v) -> new ElectLeadersRequestData().setTopicPartitions(null));
        move(script, "to where it is", "made-5", 0, List.of(1, 2, 3));
        move(script, "an unknown topic", "unknown", 0, List.of(1));
        move(script, "an unknown partition", TopicSteps.TOPIC, 9, List.of(1));
        move(script, "to an unknown node", TopicSteps.TOPIC, 0, List.of(1, 2, 9));
        move(script, "to nowhere", TopicSteps.TOPIC, 0, List.of());
        move(script, "to a node twice", TopicSteps.TOPIC, 0, List.of(1, 1, 2));
        move(script, "to a negative node", TopicSteps.TOPIC, 0, List.of(-1));
        move(script, "cancels what does not happen", TopicSteps.TOPIC, 0, null);
        script.ask(
                ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
                "fewer replicas, where that is forbidden",
                (cluster, v) -> moved(TopicSteps.TOPIC, 0, List.of(1)).setAllowReplicationFactorChange(false));
        script.ask(
                ApiKeys.LIST_PARTITION_REASSIGNMENTS,
                "all",
                (cluster, v) -> new ListPartitionReassignmentsRequestData().setTopics(null));
        script.ask(
                ApiKeys.LIST_PARTITION_REASSIGNMENTS,
                "an unknown topic",
                (cluster, v) -> new ListPartitionReassignmentsRequestData()
                        .setTopics(List.of(new ListPartitionReassignmentsTopics()
                                .setName("unknown")
                                .setPartitionIndexes(List.of(0)))));
        directories(script, "a topic", TopicSteps.SECOND, 0);
        directories(script, "an unknown topic", "unknown", 0);
        directories(script, "an unknown partition", TopicSteps.TOPIC, 9);
        script.ask(ApiKeys.DESCRIBE_LOG_DIRS, "no topic", (cluster, v) -> new DescribeLogDirsRequestData());
        script.ask(ApiKeys.ALTER_REPLICA_LOG_DIRS, "to an unknown directory", (cluster, v) -> {
            var topic = new AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic()
                    .setName(TopicSteps.TOPIC)
                    .setPartitions(List.of(0, 9));
            var directory = new AlterReplicaLogDirsRequestData.AlterReplicaLogDir().setPath("/nowhere");
            directory.topics().add(topic);
            var request = new AlterReplicaLogDirsRequestData();
            request.dirs().add(directory);
            return request;
        });
    }

    private static void elect(Script script, String name, byte type, String topic, int partition) {
        script.ask(ApiKeys.ELECT_LEADERS, name, (cluster, v) -> {
            var request = new ElectLeadersRequestData()
                    .setElectionType(v == 0 ? PREFERRED : type)
                    .setTimeoutMs(TopicSteps.TIMEOUT_MS);
            request.topicPartitions()
                    .add(new ElectLeadersRequestData.TopicPartitions()
                            .setTopic(topic)
                            .setPartitions(List.of(partition)));
            return request;
        });
    }

    private static void move(Script script, String name, String topic, int partition, List<Integer> replicas) {
        script.ask(ApiKeys.ALTER_PARTITION_REASSIGNMENTS, name, (cluster, v) -> moved(topic, partition, replicas));
    }

    private static AlterPartitionReassignmentsRequestData moved(String topic, int partition, List<Integer> replicas) {
        var moved = new ReassignablePartition().setPartitionIndex(partition).setReplicas(replicas);
        return new AlterPartitionReassignmentsRequestData()
                .setTimeoutMs(TopicSteps.TIMEOUT_MS)
                .setTopics(List.of(new ReassignableTopic().setName(topic).setPartitions(List.of(moved))));
    }

    private static void directories(Script script, String name, String topic, int partition) {
        script.askNode(2, ApiKeys.DESCRIBE_LOG_DIRS, name, (cluster, v) -> {
            var request = new DescribeLogDirsRequestData();
            request.topics().add(new DescribableLogDirTopic().setTopic(topic).setPartitions(List.of(partition)));
            return request;
        });
    }
}
