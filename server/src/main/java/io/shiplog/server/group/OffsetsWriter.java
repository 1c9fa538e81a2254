// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.coordinator.common.runtime.PartitionWriter;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.VerificationGuard;

/**
 * What the coordinator writes through: partitions that this node leads. Called by the coordinator's threads with a shard's lock held, so nothing here waits for
 * other nodes.
 *
 * <p>A shard writes in the leadership whose log it was loaded from, and in no other: when this node lost a partition and leads it again, the shard of before
 * may not have heard of either. It knows nothing of what another node has committed meanwhile, would write over it, and would take the new high
 * watermark for that of its own records.
 */
final class OffsetsWriter implements PartitionWriter {
    /** By partition what its shard was loaded from. */
    private final Map<Integer, Leadership> loaded = new ConcurrentHashMap<>();

    private volatile LogConfig lastConfig = new LogConfig(Map.of());

    /** The partition's shard has all that is in the log of this leadership. Before the shard hears that it is loaded. */
    void onLoaded(Leadership leadership) {
        loaded.put(leadership.partition().partition(), leadership);
    }

    @Override
    public void registerListener(TopicPartition tp, Listener listener) {
        Leadership leadership = loaded.get(tp.partition());
        if (leadership != null) {
            leadership.addListener(listener);
        }
    }

    /** The shard is given up; the next load of the partition begins later. */
    @Override
    public void deregisterListener(TopicPartition tp, Listener listener) {
        Leadership leadership = loaded.remove(tp.partition());
        if (leadership != null) {
            leadership.removeListener(listener);
        }
    }

    /** Only the bound of a batch is asked for. */
    @Override
    public LogConfig config(TopicPartition tp) {
        int maxBytes = led(tp).log().settings().maxMessageBytes();
        LogConfig config = lastConfig;
        if (config.maxMessageSize() != maxBytes) {
            config = new LogConfig(Map.of("max.message.bytes", maxBytes));
            lastConfig = config;
        }
        return config;
    }

    /** The coordinator uses its buffer again when this has returned, so what is written is a copy. */
    @Override
    public long append(TopicPartition tp, VerificationGuard guard, MemoryRecords records, short transactionVersion) {
        ByteBuffer copy = ByteBuffer.allocate(records.sizeInBytes());
        copy.put(records.buffer().duplicate());
        return led(tp).append(copy.flip());
    }

    private Leadership led(TopicPartition tp) {
        Leadership leadership = loaded.get(tp.partition());
        if (leadership == null || leadership.isOver()) {
            throw new NotLeaderOrFollowerException("this node does not lead " + tp + " as when it was loaded");
        }
        return leadership;
    }

    /** There are no transactions: nobody is told that one needs no verification. */
    @Override
    public CompletableFuture<VerificationGuard> maybeStartTransactionVerification(
            TopicPartition tp, String transactionalId, long producerId, short producerEpoch, int apiVersion) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException("transactions are not served"));
    }

    /** Only the share coordinator prunes its log so. */
    @Override
    public CompletableFuture<Void> deleteRecords(TopicPartition tp, long deleteBeforeOffset) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException("share groups are not served"));
    }
}
