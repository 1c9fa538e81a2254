// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.fetch;

import io.shiplog.bench.BenchNode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchMetadata;
import org.apache.kafka.common.requests.FetchRequest.PartitionData;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.FetchContext;
import org.apache.kafka.server.FetchManager;
import org.apache.kafka.server.FetchSession.FetchSessionCache;
import org.apache.kafka.server.FetchSessionCacheShard;

/**
 * Apache Kafka's fetch session in the order in which its broker uses it: context of the request, walk over all partitions of the session, a result
 * for each of them (here made up, there read), and the response with those that changed.
 */
final class KafkaFetchSession {
    private static final short VERSION = 17;
    private static final int SLOTS = 1_000;
    private static final long EVICTION_MS = 120_000;
    private static final int MAX_BYTES = 1 << 20;
    private static final int RECORD_BYTES = 1_024;

    private final FetchManager manager = new FetchManager(
            Time.SYSTEM,
            new FetchSessionCache(List.of(new FetchSessionCacheShard(SLOTS, EVICTION_MS, Integer.MAX_VALUE, 0))));
    private final Map<Uuid, String> names = Map.of(BenchNode.TOPIC, BenchNode.TOPIC_NAME);
    private final Map<TopicIdPartition, PartitionData> changedOnes;
    private final int changed;
    private final MemoryRecords records = MemoryRecords.readableRecords(ByteBuffer.allocate(RECORD_BYTES));
    private FetchMetadata next;

    KafkaFetchSession(int partitions, int changed) {
        this.changed = changed;
        this.changedOnes = asked(changed);
        FetchResponse opened = answer(
                manager.newContext(VERSION, FetchMetadata.INITIAL, false, asked(partitions), List.of(), names), 0);
        this.next = FetchMetadata.newIncremental(opened.sessionId());
    }

    FetchResponse fetch() {
        FetchContext context = manager.newContext(VERSION, next, false, changedOnes, List.of(), names);
        next = next.nextIncremental();
        return answer(context, changed);
    }

    private FetchResponse answer(FetchContext context, int withRecords) {
        List<TopicIdPartition> interesting = new ArrayList<>();
        context.foreachPartition((partition, asked) -> interesting.add(partition));
        LinkedHashMap<TopicIdPartition, FetchResponseData.PartitionData> results = new LinkedHashMap<>();
        for (TopicIdPartition partition : interesting) {
            boolean has = partition.partition() < withRecords;
            results.put(
                    partition,
                    new FetchResponseData.PartitionData()
                            .setPartitionIndex(partition.partition())
                            .setHighWatermark(1)
                            .setLastStableOffset(1)
                            .setLogStartOffset(0)
                            .setRecords(has ? records : MemoryRecords.EMPTY));
        }
        return context.updateAndGenerateResponseData(results, List.of());
    }

    private static Map<TopicIdPartition, PartitionData> asked(int count) {
        Map<TopicIdPartition, PartitionData> asked = new LinkedHashMap<>();
        for (int p = 0; p < count; p++) {
            asked.put(
                    new TopicIdPartition(BenchNode.TOPIC, p, BenchNode.TOPIC_NAME),
                    new PartitionData(
                            BenchNode.TOPIC, 0, -1, MAX_BYTES, Optional.of(BenchNode.LEADER_EPOCH), Optional.empty()));
        }
        return asked;
    }
}
