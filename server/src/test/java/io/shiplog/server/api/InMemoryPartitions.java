// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.replication.runtime.ActiveProducers;
import io.shiplog.replication.runtime.DeleteCallback;
import io.shiplog.replication.runtime.EpochEnd;
import io.shiplog.replication.runtime.OffsetLookup;
import io.shiplog.replication.runtime.ProduceCallback;
import io.shiplog.storage.producer.ActiveProducer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** Partitions that remember what was asked of them and answer as told. */
final class InMemoryPartitions implements PartitionAccess {
    record Produced(
            Uuid topicId, int partition, ByteBuffer batches, short acks, int timeoutMs, ProduceCallback callback) {}

    record Key(Uuid topicId, int partition) {}

    record Deletion(Key key, long offset, int timeoutMs, DeleteCallback callback) {}

    final List<Produced> produced = new ArrayList<>();
    final List<Deletion> deletions = new ArrayList<>();
    final Map<Key, Errors> refuse = new HashMap<>();
    final Map<Long, OffsetLookup> offsets = new HashMap<>();
    final Queue<Integer> leaderEpochsAsked = new ArrayDeque<>();
    final Queue<Boolean> isolationsAsked = new ArrayDeque<>();
    boolean answerAtOnce = true;
    /** Runs within the next produce, before that is answered, once. */
    Runnable withinProduce = () -> {};

    List<ActiveProducer> producers = List.of();
    EpochEnd epochEnd = new EpochEnd(Errors.NONE, 3, 42);
    private long nextOffset = 100;

    @Override
    public void produce(
            Uuid topicId, int partition, ByteBuffer batches, short acks, int timeoutMs, ProduceCallback callback) {
        byte[] copy = new byte[batches.remaining()];
        batches.duplicate().get(copy);
        produced.add(new Produced(topicId, partition, ByteBuffer.wrap(copy), acks, timeoutMs, callback));
        Runnable within = withinProduce;
        withinProduce = () -> {};
        within.run();
        Errors refusal = refuse.get(new Key(topicId, partition));
        if (refusal != null) {
            callback.complete(refusal, -1, -1, -1, "refused by the test");
        } else if (answerAtOnce) {
            callback.complete(Errors.NONE, nextOffset++, -1, 7, null);
        }
    }

    @Override
    public void deleteRecords(Uuid topicId, int partition, long offset, int timeoutMs, DeleteCallback callback) {
        deletions.add(new Deletion(new Key(topicId, partition), offset, timeoutMs, callback));
        Errors refusal = refuse.get(new Key(topicId, partition));
        if (refusal != null) {
            callback.complete(refusal, -1);
        } else if (answerAtOnce) {
            callback.complete(Errors.NONE, offset);
        }
    }

    @Override
    public OffsetLookup lookUpOffset(
            Uuid topicId, int partition, int currentLeaderEpoch, long timestampMs, boolean readCommitted) {
        leaderEpochsAsked.add(currentLeaderEpoch);
        isolationsAsked.add(readCommitted);
        Errors refusal = refuse.get(new Key(topicId, partition));
        return refusal != null
                ? new OffsetLookup(refusal, -1, -1, -1)
                : offsets.getOrDefault(timestampMs, new OffsetLookup(Errors.NONE, -1, -1, -1));
    }

    @Override
    public EpochEnd endOfEpoch(Uuid topicId, int partition, int currentLeaderEpoch, int leaderEpoch) {
        leaderEpochsAsked.add(currentLeaderEpoch);
        Errors refusal = refuse.get(new Key(topicId, partition));
        return refusal != null ? new EpochEnd(refusal, -1, -1) : epochEnd;
    }

    @Override
    public ActiveProducers activeProducers(Uuid topicId, int partition) {
        Errors refusal = refuse.get(new Key(topicId, partition));
        return refusal != null ? ActiveProducers.refused(refusal) : new ActiveProducers(Errors.NONE, producers);
    }
}
