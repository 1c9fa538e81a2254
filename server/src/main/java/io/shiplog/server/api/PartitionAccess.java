// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.replication.runtime.ActiveProducers;
import io.shiplog.replication.runtime.DeleteCallback;
import io.shiplog.replication.runtime.EpochEnd;
import io.shiplog.replication.runtime.OffsetLookup;
import io.shiplog.replication.runtime.ProduceCallback;
import java.nio.ByteBuffer;
import org.apache.kafka.common.Uuid;

/**
 * The partitions of this node. All methods are called on the event loop. The caller has looked the partition up in the metadata;
 * one that this node has no replica of answers NOT_LEADER_OR_FOLLOWER, one whose directory is lost KAFKA_STORAGE_ERROR.
 */
public interface PartitionAccess {
    /**
     * Appends batches as the leader. The lease is checked inside for acks 0 and 1.
     *
     * @param batches   position to limit; base offset and leader epoch are written into it. Written
     *                  before this returns, whenever the callback comes
     * @param acks      0, 1 or -1 (all)
     * @param timeoutMs how long acks=all may wait for the in-sync replicas
     */
    void produce(Uuid topicId, int partition, ByteBuffer batches, short acks, int timeoutMs, ProduceCallback callback);

    /**
     * Deletes the records below an offset, as the leader.
     *
     * @param offset    first one that stays; -1: the high watermark
     * @param timeoutMs how long to wait for the other replicas
     */
    void deleteRecords(Uuid topicId, int partition, long offset, int timeoutMs, DeleteCallback callback);

    /**
     * Looks an offset up for a consumer.
     *
     * @param currentLeaderEpoch leader epoch that the client knows; -1 when it does not say
     * @param timestampMs        a time, or one of Kafka's marks: -1 latest, -2 earliest, -3 of the largest timestamp,
     *                           -4 earliest on local disk, -5 latest tiered, -6 earliest pending upload
     * @param readCommitted      whether the consumer sees only what lies below the last stable offset
     */
    OffsetLookup lookUpOffset(
            Uuid topicId, int partition, int currentLeaderEpoch, long timestampMs, boolean readCommitted);

    /**
     * Where a leader epoch ends in the leader's log (OffsetForLeaderEpoch).
     *
     * @param currentLeaderEpoch leader epoch that the client knows; -1 when it does not say
     */
    EpochEnd endOfEpoch(Uuid topicId, int partition, int currentLeaderEpoch, int leaderEpoch);

    /** The idempotent producers that the leader remembers (DescribeProducers). */
    ActiveProducers activeProducers(Uuid topicId, int partition);
}
