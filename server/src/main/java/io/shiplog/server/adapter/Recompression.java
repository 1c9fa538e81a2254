// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.ProduceCallback;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.storage.batch.BatchLimits;
import io.shiplog.storage.batch.BatchRewriter;
import io.shiplog.storage.batch.BatchValidator;
import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.batch.RecordError;
import io.shiplog.storage.batch.RecordStream;
import io.shiplog.storage.batch.StoredCompression;
import io.shiplog.storage.log.LogSettings;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Batches of clients on their way to topics with a {@code compression.type} of their own: they are compressed anew on other threads, and
 * appended by the loop like any other. On the loop, but for what is said otherwise.
 *
 * <p>Batches of one partition stay in their order: as long as one is being compressed, those behind it wait, whatever they are compressed with. So
 * each partition has at most one batch in work, and what is held in memory is what was received, and one new batch per thread.
 */
final class Recompression {
    private static final Logger LOG = LoggerFactory.getLogger(Recompression.class);

    private final EventLoop loop;
    private final Executor workers;
    /** Per partition what waits, the batch in work first. No partition has an empty lane. */
    private final Map<TopicIdPartition, ArrayDeque<Waiting>> lanes = new HashMap<>();

    private final ThreadLocal<Tools> tools;
    private final LongAdder batches = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder bytesBefore = new LongAdder();
    private final LongAdder bytesAfter = new LongAdder();

    /** What a worker needs for itself. */
    private record Tools(BatchValidator validator, BatchRewriter rewriter) {}

    /**
     * A batch that waits.
     *
     * @param batch    a copy: the received bytes go when the request's handler returns
     * @param append   takes the batch as it is to be appended
     * @param callback is told when it is refused before that
     */
    private record Waiting(
            ByteBuffer batch, LogSettings settings, Consumer<ByteBuffer> append, ProduceCallback callback) {
        boolean needsWork() {
            StoredCompression kept = settings.compression();
            return batch.remaining() >= RecordBatchHeader.SIZE && kept.changes(batch, batch.position());
        }
    }

    /** What became of a batch. */
    private record Outcome(ByteBuffer batch, Errors error, String problem, List<RecordError> records) {
        static Outcome of(ByteBuffer batch) {
            return new Outcome(batch, Errors.NONE, null, List.of());
        }

        static Outcome refused(Errors error, String problem) {
            return new Outcome(null, error, problem, List.of());
        }
    }

    /** @param workers threads that may be busy for as long as it takes to unpack and pack a batch */
    Recompression(EventLoop loop, Executor workers) {
        this(loop, workers, BatchRewriter::new);
    }

    /** @param rewriters one for each worker; made on it */
    Recompression(EventLoop loop, Executor workers, Supplier<BatchRewriter> rewriters) {
        this.loop = loop;
        this.workers = workers;
        this.tools = ThreadLocal.withInitial(() -> new Tools(new BatchValidator(), rewriters.get()));
    }

    /** Whether the batch is to go through {@link #produce}: it is kept otherwise than it came, or one before it is. */
    boolean takes(Replica replica, ByteBuffer batch) {
        if (!lanes.isEmpty() && lanes.containsKey(replica.id())) {
            return true;
        }
        StoredCompression kept = replica.log().settings().compression();
        return !kept.isAsProduced()
                && replica.isLeader()
                && batch.remaining() >= RecordBatchHeader.SIZE
                && kept.changes(batch, batch.position());
    }

    /** Has the batch appended in its turn. */
    void produce(Replica replica, ByteBuffer batch, Consumer<ByteBuffer> append, ProduceCallback callback) {
        ByteBuffer copy =
                ByteBuffer.allocate(batch.remaining()).put(batch.duplicate()).flip();
        TopicIdPartition id = replica.id();
        ArrayDeque<Waiting> lane = lanes.computeIfAbsent(id, partition -> new ArrayDeque<>());
        lane.add(new Waiting(copy, replica.log().settings(), append, callback));
        if (lane.size() == 1) {
            next(id, lane);
        }
    }

    /** Begins with the first that waits; those that need no work go on at once. */
    private void next(TopicIdPartition id, ArrayDeque<Waiting> lane) {
        while (!lane.isEmpty()) {
            Waiting first = lane.peek();
            if (first.needsWork()) {
                begin(id, lane, first);
                return;
            }
            first.append().accept(first.batch());
            lane.remove();
        }
        lanes.remove(id);
    }

    private void begin(TopicIdPartition id, ArrayDeque<Waiting> lane, Waiting first) {
        long wallClockMs = loop.wallClockMs();
        try {
            workers.execute(() -> {
                Outcome outcome = work(first, wallClockMs);
                loop.execute(() -> finish(id, lane, first, outcome));
            });
        } catch (RejectedExecutionException closed) {
            loop.execute(() -> finish(
                    id, lane, first, Outcome.refused(Errors.NOT_LEADER_OR_FOLLOWER, "the node is being stopped")));
        }
    }

    private void finish(TopicIdPartition id, ArrayDeque<Waiting> lane, Waiting first, Outcome outcome) {
        if (outcome.error() == Errors.NONE) {
            first.append().accept(outcome.batch());
        } else {
            first.callback().refusedRecords(outcome.records());
            first.callback().complete(outcome.error(), -1, -1, -1, outcome.problem());
        }
        lane.remove();
        next(id, lane);
    }

    /** On a worker. */
    private Outcome work(Waiting waiting, long wallClockMs) {
        Outcome outcome;
        try {
            outcome = repack(waiting.batch(), waiting.settings(), wallClockMs);
        } catch (KafkaException e) {
            outcome = Outcome.refused(Errors.CORRUPT_MESSAGE, "the batch cannot be compressed anew");
        } catch (RuntimeException e) {
            // the decompressors are not ours, and the bytes are a client's
            LOG.warn("a batch that cannot be compressed anew is refused", e);
            outcome = Outcome.refused(Errors.CORRUPT_MESSAGE, "the batch cannot be compressed anew");
        } catch (LinkageError e) {
            LOG.error(
                    "a codec's native library cannot be loaded (is the folder of temporary files mounted noexec?)", e);
            outcome = Outcome.refused(Errors.UNKNOWN_SERVER_ERROR, "this node cannot load the codec's native library");
        }
        if (outcome.error() == Errors.NONE) {
            batches.increment();
            bytesBefore.add(waiting.batch().remaining());
            bytesAfter.add(outcome.batch().remaining());
        } else {
            refused.increment();
        }
        return outcome;
    }

    /** Nothing is unpacked whose CRC is wrong; every record is looked at, as Kafka does when it compresses anew. */
    private Outcome repack(ByteBuffer batch, LogSettings settings, long wallClockMs) {
        Tools own = tools.get();
        BatchLimits limits = settings.batchLimitsOfEveryRecord();
        // whether it may belong to a transaction is for the append to say
        Errors error = own.validator().validateFromClient(batch, limits, wallClockMs, true);
        if (error != Errors.NONE) {
            return new Outcome(
                    null, error, own.validator().problem(), own.validator().recordErrors());
        }
        int maxSize = limits.maxMessageBytes();
        ByteBuffer repacked = own.rewriter()
                .repack(
                        batch,
                        batch.position(),
                        batch.remaining(),
                        settings.compression(),
                        RecordStream.limitFor(maxSize),
                        maxSize);
        return repacked == null
                ? Outcome.refused(
                        Errors.MESSAGE_TOO_LARGE,
                        "the batch is larger than max.message.bytes when it is compressed as compression.type says")
                : Outcome.of(repacked);
    }

    /** Its numbers, by name. Any thread. */
    SortedMap<String, LongSupplier> metrics() {
        SortedMap<String, LongSupplier> values = new TreeMap<>();
        values.put("Recompression.Batches", batches::sum);
        values.put("Recompression.Refused", refused::sum);
        values.put("Recompression.BytesBefore", bytesBefore::sum);
        values.put("Recompression.BytesAfter", bytesAfter::sum);
        return values;
    }
}
