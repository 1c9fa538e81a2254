// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz.world;

import io.shiplog.fuzz.bytes.BatchBytes;
import io.shiplog.replication.runtime.ActiveProducers;
import io.shiplog.replication.runtime.DeleteCallback;
import io.shiplog.replication.runtime.EpochEnd;
import io.shiplog.replication.runtime.OffsetLookup;
import io.shiplog.replication.runtime.ProduceCallback;
import io.shiplog.server.api.PartitionAccess;
import io.shiplog.storage.batch.BatchLimits;
import io.shiplog.storage.batch.BatchValidator;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;

/** Partitions without a log: batches are judged as a log would, and forgotten. */
final class StubPartitions implements PartitionAccess {
    private static final BatchLimits LIMITS =
            new BatchLimits(1 << 20, TimestampType.CREATE_TIME, Long.MAX_VALUE, 3_600_000, true, false);

    private final BatchValidator validator = new BatchValidator();
    private int changes;

    /** How often something was to be changed since the last reset. */
    int changes() {
        return changes;
    }

    void reset() {
        changes = 0;
    }

    @Override
    public void produce(
            Uuid topicId, int partition, ByteBuffer batches, short acks, int timeoutMs, ProduceCallback callback) {
        changes++;
        Errors error = validator.validateFromClient(batches, LIMITS, BatchBytes.NOW_MS);
        if (error == Errors.NONE) {
            callback.complete(Errors.NONE, 0, -1, 0, null);
        } else {
            callback.refusedRecords(validator.recordErrors());
            callback.complete(error, -1, -1, -1, validator.problem());
        }
    }

    @Override
    public void deleteRecords(Uuid topicId, int partition, long offset, int timeoutMs, DeleteCallback callback) {
        changes++;
        callback.complete(Errors.NONE, offset);
    }

    @Override
    public OffsetLookup lookUpOffset(
            Uuid topicId, int partition, int currentLeaderEpoch, long timestampMs, boolean readCommitted) {
        return new OffsetLookup(Errors.NONE, timestampMs, timestampMs, currentLeaderEpoch);
    }

    @Override
    public EpochEnd endOfEpoch(Uuid topicId, int partition, int currentLeaderEpoch, int leaderEpoch) {
        return new EpochEnd(Errors.NONE, leaderEpoch, 42);
    }

    @Override
    public ActiveProducers activeProducers(Uuid topicId, int partition) {
        return new ActiveProducers(Errors.NONE, List.of());
    }
}
