// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import io.shiplog.storage.log.LogSlice;
import io.shiplog.storage.log.PartitionLog;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.Deserializer.UnknownRecordTypeException;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pass over one partition's log, from its start to its end, past the high watermark: what is there and not committed yet will be, or this
 * leadership ends. Once per object, by one thread at a time.
 */
final class OffsetsReplay {
    private static final Logger LOG = LoggerFactory.getLogger(OffsetsReplay.class);
    /** As often the playback may forget how it came to what it has, below the high watermark. Kafka: CoordinatorLoaderImpl. */
    private static final long COMMIT_INTERVAL_OFFSETS = 16_384;

    private final Leadership leadership;
    private final CoordinatorPlayback<CoordinatorRecord> playback;
    private final BooleanSupplier cancelled;
    private final GroupCoordinatorRecordSerde serde = new GroupCoordinatorRecordSerde();
    private final int bufferBytes;

    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private long written;
    private long committed = -1;
    private long records;
    private long bytes;
    private boolean toldOfUnknown;

    OffsetsReplay(
            Leadership leadership,
            CoordinatorPlayback<CoordinatorRecord> playback,
            int bufferBytes,
            BooleanSupplier cancelled) {
        this.leadership = leadership;
        this.playback = playback;
        this.bufferBytes = bufferBytes;
        this.cancelled = cancelled;
    }

    long records() {
        return records;
    }

    long bytes() {
        return bytes;
    }

    /**
     * Replays everything.
     *
     * @return where the log ended. Not all of it may be known to be committed yet: somebody was perhaps told that it is, by the leader before, so nothing is to be answered from what was
     *     replayed before the high watermark of this leadership is there, and {@link #committed} was called
     * @throws NotLeaderOrFollowerException when the leadership ends meanwhile, or the node stops
     * @throws io.shiplog.storage.model.StorageException when the log cannot be read
     */
    long run() {
        PartitionLog log = leadership.log();
        long end = log.logEndOffset();
        long offset = log.logStartOffset();
        while (offset < end) {
            checkWanted();
            offset = Math.max(offset, log.logStartOffset());
            MemoryRecords chunk = read(log, offset, end);
            if (chunk.sizeInBytes() == 0) {
                break; // compaction has taken what was last
            }
            for (MutableRecordBatch batch : chunk.batches()) {
                batch.ensureValid();
                replay(batch);
                offset = batch.nextOffset();
                passed(offset);
            }
        }
        // The next write goes to the end of the log, whether a batch ends there or compaction has taken it.
        wrote(end);
        checkWanted();
        return end;
    }

    /** Everything that was replayed is committed. */
    void committed() {
        commit(written);
    }

    private void checkWanted() {
        if (leadership.isOver() || cancelled.getAsBoolean()) {
            throw new NotLeaderOrFollowerException(leadership.partition() + " is not to be loaded any more");
        }
    }

    private MemoryRecords read(PartitionLog log, long offset, long end) {
        LogSlice slice = log.read(offset, bufferBytes, end, true);
        try {
            if (slice.sizeInBytes() > buffer.capacity()) {
                buffer = ByteBuffer.allocate(slice.sizeInBytes());
            }
            buffer.clear();
            slice.copyTo(buffer);
            bytes += slice.sizeInBytes();
            return MemoryRecords.readableRecords(buffer.flip());
        } finally {
            slice.release();
        }
    }

    private void replay(MutableRecordBatch batch) {
        for (Record each : batch) {
            records++;
            if (batch.isControlBatch()) {
                replayMarker(batch, ControlRecordType.parse(each.key()));
            } else {
                replay(batch, each);
            }
        }
    }

    private void replayMarker(MutableRecordBatch batch, ControlRecordType type) {
        if (type == ControlRecordType.COMMIT || type == ControlRecordType.ABORT) {
            TransactionResult result =
                    type == ControlRecordType.COMMIT ? TransactionResult.COMMIT : TransactionResult.ABORT;
            playback.replayEndTransactionMarker(batch.producerId(), batch.producerEpoch(), result);
        }
    }

    private void replay(MutableRecordBatch batch, Record each) {
        CoordinatorRecord read;
        try {
            read = serde.deserialize(each.key(), each.value());
        } catch (UnknownRecordTypeException unknown) {
            if (!toldOfUnknown) {
                toldOfUnknown = true;
                LOG.warn(
                        "{}: a record of unknown type {} at offset {} is passed over, and so are others like it: a newer version may have"
                                + " left them",
                        leadership.partition(),
                        unknown.unknownType(),
                        each.offset());
            }
            return;
        }
        playback.replay(each.offset(), batch.producerId(), batch.producerEpoch(), read);
    }

    /** The playback keeps what it needs to go back to the last committed offset, so it is told of that in between. */
    private void passed(long offset) {
        long highWatermark = leadership.highWatermark();
        if (offset >= highWatermark) {
            wrote(offset);
            commit(highWatermark);
        } else if (offset - committed >= COMMIT_INTERVAL_OFFSETS) {
            wrote(offset);
            commit(offset);
        }
    }

    private void wrote(long offset) {
        if (offset > written) {
            playback.updateLastWrittenOffset(offset);
            written = offset;
        }
    }

    private void commit(long offset) {
        if (offset > committed) {
            playback.updateLastCommittedOffset(offset);
            committed = offset;
        }
    }
}
