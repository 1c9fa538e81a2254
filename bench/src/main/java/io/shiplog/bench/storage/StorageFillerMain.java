// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.storage;

import io.shiplog.bench.Batches;
import io.shiplog.storage.StorageClock;
import io.shiplog.storage.log.AppendOutcome;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.log.PartitionLog;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * Fills a data directory: everything is flushed, marked and in a checkpoint, a few records behind that are not; then the process ends
 * without any order. Says how far it is, and gives up when nothing moves any more. Arguments: directory, partitions, bytes.
 */
public final class StorageFillerMain {
    static final Uuid TOPIC = new Uuid(7, 7);
    private static final int EPOCH = 1;
    private static final int FLUSH_THREADS = 8;
    private static final int BATCH_BYTES = 64 * 1024;
    /** So many partitions are filled, and then flushed together: fewer than files may be open. */
    private static final int GROUP = 1_000;

    /** One partition in so many gets records behind its flush mark. */
    static final int TAIL_EVERY = 10;

    private static final long STUCK_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long TELL_EVERY_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long LOOK_EVERY_MS = 2;
    private static final long QUIET_LOOKS = 500;

    private final LogDirectory directory;
    private final int partitions;
    private final long startNs = System.nanoTime();
    private long toldNs = startNs;
    private long bytesFilled;

    private StorageFillerMain(LogDirectory directory, int partitions) {
        this.directory = directory;
        this.partitions = partitions;
    }

    public static void main(String[] arguments) throws Exception {
        int partitions = Integer.parseInt(arguments[1]);
        long bytes = Long.parseLong(arguments[2]);
        LogDirectoryConfig config = LogDirectoryConfig.defaultConfig().withFlushThreads(FLUSH_THREADS);
        LogDirectory directory = LogDirectory.open(Path.of(arguments[0]), config, StorageClock.system());
        directory.recover((done, total) -> {});
        directory.stampAs("bench", 1);
        directory.markRunning(1);
        new StorageFillerMain(directory, partitions).fill(bytes / partitions);
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    private void fill(long bytesEach) throws InterruptedException {
        ByteBuffer batch = bytesEach == 0 ? Batches.of(1, 100) : Batches.of(BATCH_BYTES / 1024, 1024);
        long createNs = 0;
        List<PartitionLog> tails = new ArrayList<>();
        for (int from = 0; from < partitions; from += GROUP) {
            long beganNs = System.nanoTime();
            List<PartitionLog> group = create(from, Math.min(partitions, from + GROUP));
            createNs += System.nanoTime() - beganNs;
            for (PartitionLog log : group) {
                fill(log, batch, bytesEach);
                if (log.partition() % TAIL_EVERY == 0) {
                    tails.add(log);
                }
            }
            awaitFlushed(group);
        }
        figure("create a partition", "us", createNs / 1e3 / partitions);
        figure("fill and flush", "s", (System.nanoTime() - startNs) / 1e9);
        awaitHousekeeping();
        ByteBuffer tail = Batches.of(1, 100);
        for (PartitionLog log : tails) {
            append(log, tail);
        }
    }

    private List<PartitionLog> create(int from, int to) {
        List<PartitionLog> group = new ArrayList<>(to - from);
        for (int i = from; i < to; i++) {
            PartitionLog log = directory.create(new TopicIdPartition(TOPIC, i, "bench"), LogSettings.defaults());
            log.assignEpochStart(EPOCH, 0);
            group.add(log);
        }
        return group;
    }

    private void fill(PartitionLog log, ByteBuffer batch, long bytesEach) {
        do {
            append(log, batch);
            bytesFilled += batch.limit();
        } while (log.sizeBytes() < bytesEach);
        log.requestFlush();
        tell(log.partition() + 1);
    }

    private void tell(int filled) {
        long nowNs = System.nanoTime();
        if (nowNs - toldNs > TELL_EVERY_NS) {
            toldNs = nowNs;
            System.out.println("filled " + filled + " of " + partitions + " partitions, " + (bytesFilled >> 20)
                    + " MiB, after " + TimeUnit.NANOSECONDS.toSeconds(nowNs - startNs) + " s");
        }
    }

    private static void append(PartitionLog log, ByteBuffer batch) {
        batch.rewind().putLong(0, 0);
        AppendOutcome outcome = log.appendAsLeader(batch, EPOCH, System.currentTimeMillis(), true);
        if (outcome.error() != Errors.NONE) {
            throw new IllegalStateException(outcome.error() + ": " + outcome.message());
        }
    }

    /** Some may be on the disk already: housekeeping asks for flushes too, and of a flush that finds nothing nobody hears. */
    private static void awaitFlushed(List<PartitionLog> logs) throws InterruptedException {
        long movedNs = System.nanoTime();
        for (PartitionLog log : logs) {
            while (log.flushedOffset() < log.logEndOffset()) {
                if (System.nanoTime() - movedNs > STUCK_NS) {
                    throw new IllegalStateException("partition " + log.partition() + " is not flushed: "
                            + log.flushedOffset() + " of " + log.logEndOffset());
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
            }
            movedNs = System.nanoTime();
        }
    }

    /** Until marks and checkpoints tell of everything: a checkpoint of a log is due ten seconds after a change. */
    private void awaitHousekeeping() throws InterruptedException {
        System.out.println("filled; waits for checkpoints and marks");
        long movedNs = System.nanoTime();
        int least = Integer.MAX_VALUE;
        for (int quiet = 0; quiet < QUIET_LOOKS; quiet++) {
            int backlog = directory.housekeepingBacklog();
            if (backlog > 0) {
                quiet = 0;
            }
            if (backlog < least) {
                least = backlog;
                movedNs = System.nanoTime();
            }
            if (System.nanoTime() - movedNs > STUCK_NS) {
                throw new IllegalStateException("housekeeping does not come to an end: " + backlog + " are left");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
        }
    }

    private static void figure(String name, String unit, double value) {
        System.out.println(name + "|" + unit + "||" + value);
    }
}
