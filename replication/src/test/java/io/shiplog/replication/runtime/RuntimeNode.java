// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.replication.core.FetchNext;
import io.shiplog.replication.core.FetchedPartition;
import io.shiplog.replication.core.FollowerPosition;
import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.IsrProposal;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.storage.StorageClock;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.log.LogSlice;
import io.shiplog.storage.log.PartitionLog;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** One node with a data directory and one replica of partition t-0, on the loop of the test. */
final class RuntimeNode implements AutoCloseable {
    static final TopicIdPartition T0 = new TopicIdPartition(new Uuid(7, 7), 0, "t");
    static final short ALL = -1;

    record Proposed(IsrProposal proposal, BiConsumer<Errors, PartitionState> outcome) {}

    final int id;
    final TurnedLoop loop;
    final LogDirectory directory;
    final ReplicaSet replicas;
    final Replica replica;
    final List<Proposed> proposals = new ArrayList<>();

    RuntimeNode(int id, Path path, TurnedLoop loop) {
        this(id, path, loop, ShippingContext.NEVER);
    }

    RuntimeNode(int id, Path path, TurnedLoop loop, ShippingContext shipping) {
        this.id = id;
        this.loop = loop;
        directory = LogDirectory.open(path, LogDirectoryConfig.defaultConfig(), StorageClock.system());
        directory.recover((done, total) -> {});
        directory.markRunning(id * 10L);
        PartitionLog log = directory.create(T0, LogSettings.defaults());
        replicas = new ReplicaSet(new ReplicaContext(
                loop,
                (partition, proposal, outcome) -> proposals.add(new Proposed(proposal, outcome)),
                ReplicationSettings.defaults(id),
                shipping));
        replica = replicas.create(T0, log);
    }

    /** The state of t-0 with so many replicas, all in sync, under commit. */
    static PartitionState state(int leader, int leaderEpoch, int replicaCount) {
        List<AssignedReplica> assigned = new ArrayList<>();
        for (int id = 1; id <= replicaCount; id++) {
            assigned.add(new AssignedReplica(id, true, false, id * 10L, false, false));
        }
        return new PartitionState(leader, leaderEpoch, leaderEpoch, assigned, true, false, 1, true);
    }

    /** Batch of one plain record. */
    static ByteBuffer batch(String value) {
        return copy(MemoryRecords.withRecords(Compression.NONE, record(value)));
    }

    static ByteBuffer batch(String first, String second) {
        return copy(MemoryRecords.withRecords(Compression.NONE, record(first), record(second)));
    }

    /** Batch of one record of an idempotent producer. */
    static ByteBuffer batch(long producerId, int sequence, String value) {
        return copy(
                MemoryRecords.withIdempotentRecords(Compression.NONE, producerId, (short) 0, sequence, record(value)));
    }

    private static SimpleRecord record(String value) {
        return new SimpleRecord(1_700_000_000_000L, null, value.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static ByteBuffer copy(MemoryRecords records) {
        ByteBuffer built = records.buffer();
        return ByteBuffer.allocate(built.remaining()).put(built).flip();
    }

    Answers produce(ByteBuffer batch, short acks) {
        return produce(batch, acks, true, 30_000);
    }

    Answers produce(ByteBuffer batch, short acks, boolean leaseValid, int timeoutMs) {
        Answers answers = new Answers();
        replica.produce(batch, acks, leaseValid, timeoutMs, answers);
        return answers;
    }

    /** One fetch of this node from the leader, and its answer. */
    FetchNext fetchFrom(RuntimeNode leader) {
        FollowerPosition position = new FollowerPosition();
        replica.followerPosition(position);
        FollowerRead read = new FollowerRead();
        read.replicaId = id;
        read.brokerEpoch = id * 10L;
        read.currentLeaderEpoch = position.currentLeaderEpoch;
        read.fetchOffset = position.fetchOffset;
        read.lastFetchedEpoch = position.lastFetchedEpoch;
        read.flushedOffset = position.flushedOffset;
        read.highWatermark = position.highWatermark;
        read.suspectsLeader = position.suspectsLeader;
        read.repairing = position.repairing;
        read.logStartOffset = position.logStartOffset;
        read.maxBytes = 1 << 20;
        read.atLeastOneBatch = true;
        FetchOutcome out = new FetchOutcome();
        leader.replica.readForFollower(read, out);

        FetchedPartition fetched = new FetchedPartition();
        fetched.requestLeaderEpoch = position.currentLeaderEpoch;
        fetched.requestFetchOffset = position.fetchOffset;
        fetched.requestLastFetchedEpoch = position.lastFetchedEpoch;
        fetched.error = out.error;
        fetched.highWatermark = out.highWatermark;
        fetched.logStartOffset = out.logStartOffset;
        fetched.divergingEpoch = out.divergingEpoch;
        fetched.divergingEndOffset = out.divergingEndOffset;
        fetched.sealedBytes = out.sealedBytes;
        fetched.records = bytes(out.records.take());
        return replica.onFetchedPartition(fetched);
    }

    static ByteBuffer bytes(LogSlice slice) {
        ByteBuffer buffer = ByteBuffer.allocate(slice.sizeInBytes());
        slice.copyTo(buffer);
        slice.release();
        return buffer.flip();
    }

    @Override
    public void close() {
        replicas.close();
        directory.close();
    }

    /** Remembers what a produce was told. */
    static final class Answers implements ProduceCallback {
        final List<Errors> errors = new ArrayList<>();
        long baseOffset = -2;
        long logStartOffset = -2;
        String message;

        @Override
        public void complete(Errors error, long base, long appendTimeMs, long logStartOffset, String text) {
            errors.add(error);
            baseOffset = base;
            this.logStartOffset = logStartOffset;
            message = text;
        }

        boolean isDone() {
            return !errors.isEmpty();
        }
    }
}
