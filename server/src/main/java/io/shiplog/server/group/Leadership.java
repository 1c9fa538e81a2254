// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.ProduceCallback;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.storage.log.AppendOrigin;
import io.shiplog.storage.log.PartitionLog;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.common.runtime.PartitionWriter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One leader epoch of one partition of {@code __consumer_offsets} on this node: what a shard of the coordinator writes to, and from where it hears
 * what is committed. When the epoch ends here, so does this, for good: what another leader commits afterwards is not what this shard wrote.
 *
 * <p>The replica belongs to its event loop; shards have threads of their own. An append is handed over, and the shard waits for the offset only, never for
 * other nodes.
 */
final class Leadership implements Election {
    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
    /** Whoever waits so long for the in-sync replicas has something to say. */
    private static final long LONG_MS = 5_000;

    private static final short ALL = -1;

    private final Replica replica;
    private final int epoch;
    private final EventLoop loop;
    private final int ackTimeoutMs;
    private final TopicPartition partition;
    private final List<PartitionWriter.Listener> listeners = new ArrayList<>(1); // on the loop
    private final List<Waiting> waiting = new ArrayList<>(1); // on the loop

    private volatile long highWatermark;
    private volatile boolean over;
    private Errors refused = Errors.NONE; // the last append; on the loop

    /** What is to be done when all below an offset is committed. */
    private record Waiting(long offset, Runnable action) {}

    /**
     * On the loop.
     *
     * @param ackTimeoutMs how long an append may wait for a busy loop, and its records for the in-sync replicas
     */
    Leadership(Replica replica, EventLoop loop, int ackTimeoutMs) {
        this.replica = replica;
        this.epoch = replica.leaderEpoch();
        this.loop = loop;
        this.ackTimeoutMs = ackTimeoutMs;
        this.partition = replica.id().topicPartition();
        this.highWatermark = replica.highWatermark();
    }

    @Override
    public int epoch() {
        return epoch;
    }

    @Override
    public TopicPartition partition() {
        return partition;
    }

    /** The partition's log, which nobody but the holder of this leadership writes. */
    PartitionLog log() {
        return replica.log();
    }

    /** End of what is committed; never goes back. */
    long highWatermark() {
        return highWatermark;
    }

    @Override
    public boolean isOver() {
        return over;
    }

    /** Whether this is the replica's present role. On the loop. */
    boolean isOf(Replica other) {
        return replica == other && other.isLeader() && other.leaderEpoch() == epoch;
    }

    /** On the loop. */
    boolean isOfReplica(Replica other) {
        return replica == other;
    }

    /** It has ended: nothing is written any more, and nobody hears of anything. On the loop. */
    void end() {
        over = true;
        listeners.clear();
        runWaiting();
    }

    /** The high watermark may have moved. On the loop. */
    void onHighWatermark() {
        long now = replica.highWatermark();
        if (over || now <= highWatermark) {
            return;
        }
        highWatermark = now;
        for (PartitionWriter.Listener listener : listeners) {
            tell(listener);
        }
        runWaiting();
    }

    /**
     * Runs the action once, on the loop: when all below the offset is committed, or when this has ended before ({@link #isOver}). One line in the log when that takes
     * long. Any thread.
     */
    void whenCommitted(long offset, Runnable action) {
        loop.execute(() -> {
            Waiting wanted = new Waiting(offset, action);
            waiting.add(wanted);
            runWaiting();
            if (waiting.contains(wanted)) {
                // Over and done with when nobody waits any more.
                var unused = loop.schedule(() -> sayThatItWaits(wanted), LONG_MS);
            }
        });
    }

    private void sayThatItWaits(Waiting wanted) {
        if (waiting.contains(wanted)) {
            LOG.warn(
                    "{}: its groups have no coordinator yet, since of what is in its log only what is below offset {} is known to be committed, and not what is below {}",
                    partition,
                    highWatermark,
                    wanted.offset());
        }
    }

    private void runWaiting() {
        for (Waiting each : List.copyOf(waiting)) {
            if (over || highWatermark >= each.offset()) {
                waiting.remove(each);
                each.action().run();
            }
        }
    }

    /**
     * Tells the listener of the high watermark as it is now, and of every move. A shard registers when it is loaded, and what moved between its load and
     * this would otherwise be told with the next write only. Any thread.
     */
    void addListener(PartitionWriter.Listener listener) {
        loop.execute(() -> {
            if (!over) {
                listeners.add(listener);
                tell(listener);
            }
        });
    }

    /** Any thread. */
    void removeListener(PartitionWriter.Listener listener) {
        loop.execute(() -> listeners.remove(listener));
    }

    private void tell(PartitionWriter.Listener listener) {
        try {
            listener.onHighWatermarkUpdated(partition, highWatermark);
        } catch (NotCoordinatorException closed) {
            LOG.debug("{}: the coordinator is closed and wants to hear nothing any more", partition);
        }
    }

    /**
     * Appends on this node; returns without waiting for others. Any thread but the loop's.
     *
     * @param batches the caller leaves them to this
     * @return the offset after the last record
     */
    long append(ByteBuffer batches) {
        Append append = new Append(batches);
        loop.execute(append);
        return append.await();
    }

    /** One line when it begins that nothing can be written, and one when that is over. On the loop. */
    private void say(Errors refusal) {
        if (refusal == refused) {
            return;
        }
        refused = refusal;
        if (refusal == Errors.NONE) {
            LOG.info("{} can be written again", partition);
        } else {
            LOG.warn("{} cannot be written, and its groups can neither commit nor change: {}", partition, refusal);
        }
    }

    /**
     * The shard writes an error with every append that fails in another way than that the partition is not led here, and clients have not much use for the
     * difference: they look for the coordinator again in either case. What concerns the batch alone it is told as it is.
     */
    private ApiException asTheShardHearsIt(Errors refusal) {
        return switch (refusal) {
            case MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE, INVALID_RECORD, CORRUPT_MESSAGE -> refusal.exception();
            default -> new NotLeaderOrFollowerException(partition + " cannot be written: " + refusal);
        };
    }

    /** One append on its way through the loop. */
    private final class Append implements Runnable, ProduceCallback {
        private final ByteBuffer batches;
        private final CompletableFuture<Long> end = new CompletableFuture<>();
        private boolean started; // guarded by this
        private boolean givenUp; // guarded by this
        private Errors refusal = Errors.NONE; // on the loop

        Append(ByteBuffer batches) {
            this.batches = batches;
        }

        @Override
        public void run() {
            synchronized (this) {
                if (givenUp) {
                    return;
                }
                started = true;
            }
            try {
                if (over) {
                    throw new NotLeaderOrFollowerException(partition + " is not led in epoch " + epoch + " any more");
                }
                // acks=all: refused below min ISR, and whether the lease holds does not matter
                replica.produce(batches, AppendOrigin.COORDINATOR, ALL, false, ackTimeoutMs, this);
                if (over && refusal == Errors.NONE) {
                    throw new NotLeaderOrFollowerException(
                            partition + " is not led any more: its log could not be written");
                }
                say(refusal);
                if (refusal == Errors.NONE) {
                    end.complete(replica.log().logEndOffset());
                } else {
                    end.completeExceptionally(asTheShardHearsIt(refusal));
                }
            } catch (NotLeaderOrFollowerException notLed) {
                end.completeExceptionally(notLed);
            } catch (RuntimeException | Error escaped) {
                end.completeExceptionally(escaped);
                throw escaped;
            }
        }

        /** Before the append has returned it is a refusal; later it is what became of the records, which the high watermark tells. */
        @Override
        public void complete(Errors error, long baseOffset, long logAppendTimeMs, long logStartOffset, String message) {
            if (!end.isDone()) {
                refusal = error;
            }
        }

        long await() {
            try {
                return end.get(ackTimeoutMs, TimeUnit.MILLISECONDS);
            } catch (TimeoutException busy) {
                synchronized (this) {
                    givenUp = !started;
                }
                if (givenUp) {
                    throw Errors.REQUEST_TIMED_OUT.exception("the event loop is too busy to write to " + partition);
                }
                return finish();
            } catch (ExecutionException e) {
                throw failure(e);
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            }
        }

        /** It is being written at this moment: its end is to be known, or the shard would not know what is in its log. */
        private long finish() {
            try {
                return end.join();
            } catch (CompletionException e) {
                throw failure(e);
            }
        }

        private static RuntimeException failure(Exception e) {
            return e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        }
    }
}
