// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.protocol.ApiKeys;

/** Records read, looked up and deleted, after {@link RecordSteps}. */
final class ReadSteps {
    private static final int CONSUMER = -1;
    /** Of partition 0 of {@link TopicSteps#TOPIC}. */
    private static final int FOLLOWER = 3;

    private ReadSteps() {}

    static void addTo(Script script) {
        fetch(script);
        listOffsets(script);
        epochs(script);
        deleteRecords(script);
    }

    private static void fetch(Script script) {
        fetch(script, "from the beginning", TopicSteps.TOPIC, 0, 0, -1);
        fetch(script, "from the middle of a batch", TopicSteps.TOPIC, 0, 4, -1);
        fetch(script, "compressed records", TopicSteps.TOPIC, 1, 0, -1);
        fetch(script, "with the epoch", TopicSteps.TOPIC, 0, 0, 0);
        fetch(script, "with an epoch that is to come", TopicSteps.TOPIC, 0, 0, 5);
        fetch(script, "behind the end", TopicSteps.TOPIC, 0, 1_000_000, -1);
        fetch(script, "before the beginning", TopicSteps.TOPIC, 0, -1, -1);
        fetch(script, "an unknown topic", "unknown", 0, 0, -1);
        fetch(script, "an unknown partition", TopicSteps.TOPIC, 9, 0, -1);
        fetch(script, "an empty partition", "counted-b-6", 0, 0, -1);
        script.ask(
                ApiKeys.FETCH,
                "a partition that another node leads",
                (cluster, v) -> one(cluster, TopicSteps.SECOND, 0, 0, -1),
                (cluster, answer, v) -> cluster.awaitHighWatermark(FOLLOWER, TopicSteps.TOPIC, 0));
        script.askNode(
                FOLLOWER,
                ApiKeys.FETCH,
                "a partition that this node follows",
                (cluster, v) -> one(cluster, TopicSteps.TOPIC, 0, 0, -1));
        script.ask(
                ApiKeys.FETCH,
                "committed ones only",
                (cluster, v) -> one(cluster, TopicSteps.TOPIC, 0, 0, -1).setIsolationLevel((byte) 1));
        script.ask(
                ApiKeys.FETCH,
                "an isolation level that does not exist",
                (cluster, v) -> one(cluster, TopicSteps.TOPIC, 0, 0, -1).setIsolationLevel((byte) 7));
        script.ask(
                ApiKeys.FETCH,
                "one byte at most",
                (cluster, v) -> one(cluster, TopicSteps.TOPIC, 0, 0, -1).setMaxBytes(1));
        script.ask(ApiKeys.FETCH, "one byte of the partition at most", (cluster, v) -> {
            var request = one(cluster, TopicSteps.TOPIC, 0, 0, -1);
            request.topics().get(0).partitions().get(0).setPartitionMaxBytes(1);
            return request;
        });
        script.ask(
                ApiKeys.FETCH,
                "no topic",
                (cluster, v) -> new FetchRequestData()
                        .setReplicaId(CONSUMER)
                        .setMaxWaitMs(0)
                        .setMinBytes(1));
        script.ask(ApiKeys.FETCH, "the same partition twice", (cluster, v) -> {
            var request = one(cluster, TopicSteps.TOPIC, 0, 0, -1);
            var partitions = request.topics().get(0).partitions();
            request.topics()
                    .get(0)
                    .setPartitions(List.of(partitions.get(0), partitions.get(0).duplicate()));
            return request;
        });
        script.ask(
                ApiKeys.FETCH,
                "a session that begins",
                (cluster, v) -> one(cluster, TopicSteps.TOPIC, 0, 0, -1).setSessionEpoch(0));
        script.ask(
                ApiKeys.FETCH,
                "an unknown session",
                (cluster, v) -> one(cluster, TopicSteps.TOPIC, 0, 0, -1)
                        .setSessionId(123_456)
                        .setSessionEpoch(1));
        script.ask(
                ApiKeys.FETCH,
                "a session with an epoch and no id",
                (cluster, v) -> one(cluster, TopicSteps.TOPIC, 0, 0, -1).setSessionEpoch(3));
        script.ask(ApiKeys.FETCH, "a last epoch that is to come", (cluster, v) -> {
            var request = one(cluster, TopicSteps.TOPIC, 0, 0, -1);
            request.topics().get(0).partitions().get(0).setLastFetchedEpoch(5);
            return request;
        });
    }

    private static void fetch(Script script, String name, String topic, int partition, long offset, int epoch) {
        script.ask(ApiKeys.FETCH, name, (cluster, v) -> one(cluster, topic, partition, offset, epoch));
    }

    private static FetchRequestData one(Cluster cluster, String topic, int partition, long offset, int epoch) {
        var wanted = new FetchPartition()
                .setPartition(partition)
                .setFetchOffset(offset)
                .setCurrentLeaderEpoch(epoch)
                .setPartitionMaxBytes(1 << 20);
        return new FetchRequestData()
                .setReplicaId(CONSUMER)
                .setMaxWaitMs(0)
                .setMinBytes(1)
                .setTopics(List.of(new FetchTopic()
                        .setTopic(topic)
                        .setTopicId(cluster.topicId(topic))
                        .setPartitions(List.of(wanted))));
    }

    private static void listOffsets(Script script) {
        long[] times = {
            -1, -2, -3, -4, -5, -6, -7, 0, RecordSteps.TIME_MS, RecordSteps.TIME_MS + 1, RecordSteps.TIME_MS + 1_000_000
        };
        for (long time : times) {
            String name = time < 0 ? "of kind " + time : "of a time, " + (time - RecordSteps.TIME_MS);
            offsets(script, name, TopicSteps.TOPIC, 0, time, -1);
        }
        offsets(script, "of an empty partition by time", "counted-b-6", 0, 0, -1);
        offsets(script, "with the epoch", TopicSteps.TOPIC, 0, -1, 0);
        offsets(script, "with an epoch that is to come", TopicSteps.TOPIC, 0, -1, 5);
        offsets(script, "an unknown topic", "unknown", 0, -1, -1);
        offsets(script, "an unknown partition", TopicSteps.TOPIC, 9, -1, -1);
        offsets(script, "a partition that another node leads", TopicSteps.SECOND, 0, -1, -1);
        script.askNode(
                3,
                ApiKeys.LIST_OFFSETS,
                "a partition that this node follows",
                (cluster, v) -> offset(TopicSteps.TOPIC, 0, -1, -1));
        script.ask(
                ApiKeys.LIST_OFFSETS,
                "committed ones only",
                (cluster, v) -> offset(TopicSteps.TOPIC, 0, -1, -1).setIsolationLevel((byte) 1));
        script.ask(
                ApiKeys.LIST_OFFSETS, "no topic", (cluster, v) -> new ListOffsetsRequestData().setReplicaId(CONSUMER));
        script.ask(
                ApiKeys.LIST_OFFSETS,
                "by a debugging consumer",
                (cluster, v) -> offset(TopicSteps.TOPIC, 0, -1, -1).setReplicaId(-2));
        script.ask(ApiKeys.LIST_OFFSETS, "the same partition twice", (cluster, v) -> {
            var request = offset(TopicSteps.TOPIC, 0, -1, -1);
            var partition = request.topics().get(0).partitions().get(0);
            request.topics().get(0).setPartitions(List.of(partition, partition.duplicate()));
            return request;
        });
    }

    private static void offsets(Script script, String name, String topic, int partition, long time, int epoch) {
        script.ask(ApiKeys.LIST_OFFSETS, name, (cluster, v) -> offset(topic, partition, time, epoch));
    }

    private static ListOffsetsRequestData offset(String topic, int partition, long time, int epoch) {
        var wanted = new ListOffsetsPartition()
                .setPartitionIndex(partition)
                .setTimestamp(time)
                .setCurrentLeaderEpoch(epoch);
        return new ListOffsetsRequestData()
                .setReplicaId(CONSUMER)
                .setTopics(List.of(new ListOffsetsTopic().setName(topic).setPartitions(List.of(wanted))));
    }

    private static void epochs(Script script) {
        epoch(script, "the first epoch", TopicSteps.TOPIC, 0, 0, -1);
        epoch(script, "with the current one", TopicSteps.TOPIC, 0, 0, 0);
        epoch(script, "an epoch that is to come", TopicSteps.TOPIC, 0, 7, -1);
        epoch(script, "with a current one that is to come", TopicSteps.TOPIC, 0, 0, 7);
        epoch(script, "a negative epoch", TopicSteps.TOPIC, 0, -1, -1);
        epoch(script, "an unknown topic", "unknown", 0, 0, -1);
        epoch(script, "an unknown partition", TopicSteps.TOPIC, 9, 0, -1);
        epoch(script, "a partition that another node leads", TopicSteps.SECOND, 0, 0, -1);
        epoch(script, "an empty partition", "counted-b-6", 0, 0, -1);
    }

    private static void epoch(Script script, String name, String topic, int partition, int epoch, int current) {
        script.ask(ApiKeys.OFFSET_FOR_LEADER_EPOCH, name, (cluster, v) -> {
            var request = new OffsetForLeaderEpochRequestData().setReplicaId(v >= 3 ? CONSUMER : -2);
            var wanted = new OffsetForLeaderPartition()
                    .setPartition(partition)
                    .setLeaderEpoch(epoch)
                    .setCurrentLeaderEpoch(current);
            request.topics().add(new OffsetForLeaderTopic().setTopic(topic).setPartitions(List.of(wanted)));
            return request;
        });
    }

    private static void deleteRecords(Script script) {
        delete(script, "before offset 2", TopicSteps.TOPIC, 0, 2);
        delete(script, "before offset 1, which is gone", TopicSteps.TOPIC, 0, 1);
        delete(script, "before an offset to come", TopicSteps.TOPIC, 0, 1_000_000);
        delete(script, "before a negative offset", TopicSteps.TOPIC, 0, -7);
        delete(script, "an unknown topic", "unknown", 0, 1);
        delete(script, "an unknown partition", TopicSteps.TOPIC, 9, 1);
        delete(script, "a partition that another node leads", TopicSteps.SECOND, 0, 0);
        script.ask(
                ApiKeys.DELETE_RECORDS,
                "the same partition twice, the same topic twice, a topic without partitions",
                (cluster, v) -> {
                    var once = new DeleteRecordsPartition().setPartitionIndex(0).setOffset(2);
                    var again =
                            new DeleteRecordsPartition().setPartitionIndex(0).setOffset(1_000_000);
                    var other =
                            new DeleteRecordsPartition().setPartitionIndex(1).setOffset(0);
                    return new DeleteRecordsRequestData()
                            .setTimeoutMs(TopicSteps.TIMEOUT_MS)
                            .setTopics(List.of(
                                    new DeleteRecordsTopic()
                                            .setName(TopicSteps.TOPIC)
                                            .setPartitions(List.of(once, again)),
                                    new DeleteRecordsTopic().setName("unknown").setPartitions(List.of()),
                                    new DeleteRecordsTopic()
                                            .setName(TopicSteps.TOPIC)
                                            .setPartitions(List.of(other))));
                });
        delete(script, "all of a partition", TopicSteps.TOPIC, 1, -1);
        fetch(script, "what was deleted", TopicSteps.TOPIC, 0, 0, -1);
        offsets(script, "the beginning, when records were deleted", TopicSteps.TOPIC, 0, -2, -1);
        offsets(script, "the first by time, when records were deleted", TopicSteps.TOPIC, 0, 0, -1);
    }

    private static void delete(Script script, String name, String topic, int partition, long offset) {
        script.ask(
                ApiKeys.DELETE_RECORDS,
                name,
                (cluster, v) -> new DeleteRecordsRequestData()
                        .setTimeoutMs(TopicSteps.TIMEOUT_MS)
                        .setTopics(List.of(new DeleteRecordsTopic()
                                .setName(topic)
                                .setPartitions(List.of(new DeleteRecordsPartition()
                                        .setPartitionIndex(partition)
                                        .setOffset(offset))))));
    }

    static DescribeProducersRequestData producers(String topic, int... partitions) {
        var indexes = new ArrayList<Integer>();
        for (int partition : partitions) {
            indexes.add(partition);
        }
        return new DescribeProducersRequestData()
                .setTopics(List.of(new DescribeProducersRequestData.TopicRequest()
                        .setName(topic)
                        .setPartitionIndexes(indexes)));
    }
}
