// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.metadata.client.Lease;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.replication.fetch.PartitionLookup;
import io.shiplog.replication.runtime.ActiveProducers;
import io.shiplog.replication.runtime.DeleteCallback;
import io.shiplog.replication.runtime.EpochEnd;
import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.OffsetLookup;
import io.shiplog.replication.runtime.ProduceCallback;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ReplicaSet;
import io.shiplog.server.api.PartitionAccess;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.SortedMap;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** The partitions of this node as the handlers of Kafka's APIs and the fetch service see them. On the loop. */
public final class LocalPartitions implements PartitionAccess, PartitionLookup {
    private static final int UNDEFINED = -1;

    private final ReplicaSet replicas;
    private final Supplier<MetadataImage> image;
    private final Lease lease;
    private final LongSupplier nanoTime;
    private final Recompression recompression; // null: what topics ask for is not done

    /** @param recompressors threads that compress batches anew for topics that ask for it */
    public LocalPartitions(
            ReplicaSet replicas, Supplier<MetadataImage> image, Lease lease, EventLoop loop, Executor recompressors) {
        this(replicas, image, lease, System::nanoTime, new Recompression(loop, recompressors));
    }

    /**
     * One that keeps batches as they come.
     *
     * @param nanoTime the time that the lease is measured in
     */
    public LocalPartitions(ReplicaSet replicas, Supplier<MetadataImage> image, Lease lease, LongSupplier nanoTime) {
        this(replicas, image, lease, nanoTime, null);
    }

    LocalPartitions(
            ReplicaSet replicas,
            Supplier<MetadataImage> image,
            Lease lease,
            LongSupplier nanoTime,
            Recompression recompression) {
        this.recompression = recompression;
        this.replicas = replicas;
        this.image = image;
        this.lease = lease;
        this.nanoTime = nanoTime;
    }

    @Override
    public void produce(
            Uuid topicId, int partition, ByteBuffer batches, short acks, int timeoutMs, ProduceCallback callback) {
        Replica replica = replicas.get(topicId, partition);
        if (replica != null && recompression != null && recompression.takes(replica, batches)) {
            recompression.produce(
                    replica, batches, kept -> append(topicId, partition, kept, acks, timeoutMs, callback), callback);
        } else {
            append(replica, topicId, partition, batches, acks, timeoutMs, callback);
        }
    }

    /** A batch that comes back from its recompression: the replica may be another one by now, or gone. */
    private void append(
            Uuid topicId, int partition, ByteBuffer batch, short acks, int timeoutMs, ProduceCallback callback) {
        append(replicas.get(topicId, partition), topicId, partition, batch, acks, timeoutMs, callback);
    }

    private void append(
            Replica replica,
            Uuid topicId,
            int partition,
            ByteBuffer batches,
            short acks,
            int timeoutMs,
            ProduceCallback callback) {
        if (replica == null) {
            callback.complete(absence(topicId, partition), UNDEFINED, UNDEFINED, UNDEFINED, null);
        } else {
            replica.produce(batches, acks, lease.valid(nanoTime.getAsLong()), timeoutMs, callback);
        }
    }

    /** The numbers of recompression, by name. Any thread. */
    public SortedMap<String, LongSupplier> metrics() {
        return recompression == null ? Collections.emptySortedMap() : recompression.metrics();
    }

    @Override
    public void deleteRecords(Uuid topicId, int partition, long offset, int timeoutMs, DeleteCallback callback) {
        Replica replica = replicas.get(topicId, partition);
        if (replica == null) {
            callback.complete(absence(topicId, partition), UNDEFINED);
        } else {
            replica.deleteRecords(offset, timeoutMs, callback);
        }
    }

    @Override
    public OffsetLookup lookUpOffset(
            Uuid topicId, int partition, int currentLeaderEpoch, long timestampMs, boolean readCommitted) {
        Replica replica = replicas.get(topicId, partition);
        return replica == null
                ? new OffsetLookup(absence(topicId, partition), UNDEFINED, UNDEFINED, UNDEFINED)
                : replica.lookUpOffset(timestampMs, currentLeaderEpoch, readCommitted);
    }

    @Override
    public EpochEnd endOfEpoch(Uuid topicId, int partition, int currentLeaderEpoch, int leaderEpoch) {
        Replica replica = replicas.get(topicId, partition);
        return replica == null
                ? new EpochEnd(absence(topicId, partition), UNDEFINED, UNDEFINED)
                : replica.epochEnd(currentLeaderEpoch, leaderEpoch);
    }

    @Override
    public ActiveProducers activeProducers(Uuid topicId, int partition) {
        Replica replica = replicas.get(topicId, partition);
        return replica == null ? ActiveProducers.refused(absence(topicId, partition)) : replica.activeProducers();
    }

    @Override
    public Uuid topicId(String name) {
        TopicImage topic = image.get().topic(name);
        return topic == null ? null : topic.id();
    }

    @Override
    public Replica replica(Uuid topicId, int partition) {
        return replicas.get(topicId, partition);
    }

    @Override
    public Errors absence(Uuid topicId, int partition) {
        TopicImage topic = image.get().topic(topicId);
        if (topic == null) {
            return Errors.UNKNOWN_TOPIC_ID;
        }
        PartitionImage assigned = topic.partition(partition);
        if (assigned == null) {
            return Errors.UNKNOWN_TOPIC_OR_PARTITION;
        }
        // Assigned here but not open yet: the metadata is applied a moment after it is seen. The client asks again.
        return Errors.NOT_LEADER_OR_FOLLOWER;
    }
}
