// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.commit;

import io.shiplog.bench.Batches;
import io.shiplog.bench.KafkaLog;
import io.shiplog.bench.ScratchDirectory;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.log.PartitionLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * C8, over many partitions: a batch of 1 KiB for each of them is appended, all are asked to be on the disk, and are waited for. Kafka's log flushes one after
 * the other, as with {@code flush.messages=1}, its indexes with it. The disk decides most of this: compare within one run only.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class FlushBenchmark {
    private static final Uuid TOPIC = new Uuid(1, 6);
    private static final int EPOCH = 5;
    private static final long MAX_WAIT_NS = 100_000;

    /** Partitions that are written to. */
    @Param({"1", "4", "16", "64"})
    int dirty;

    /** Threads that sync. */
    @Param({"1", "2"})
    int flushers;

    private ScratchDirectory scratch;
    private PartitionLog[] logs;
    private KafkaLog[] kafkas;
    private ByteBuffer batch;
    private volatile Thread waiting;

    @Setup
    public void open() throws IOException {
        scratch = new ScratchDirectory(LogDirectoryConfig.defaultConfig().withFlushThreads(flushers));
        batch = Batches.of(1, 950);
        logs = new PartitionLog[dirty];
        kafkas = new KafkaLog[dirty];
        for (int i = 0; i < dirty; i++) {
            logs[i] = scratch.directory().create(new TopicIdPartition(TOPIC, i, "bench"), LogSettings.defaults());
            logs[i].assignEpochStart(EPOCH, 0);
            logs[i].setListener((offset, generation) -> LockSupport.unpark(waiting));
            kafkas[i] = new KafkaLog(Map.of());
        }
    }

    @Benchmark
    public void flushAll() {
        waiting = Thread.currentThread();
        for (PartitionLog log : logs) {
            batch.rewind().putLong(0, 0);
            if (log.appendAsLeader(batch, EPOCH, System.currentTimeMillis(), true)
                            .error()
                    != Errors.NONE) {
                throw new IllegalStateException("refused");
            }
            log.requestFlush();
        }
        for (PartitionLog log : logs) {
            while (log.flushedOffset() < log.logEndOffset()) {
                LockSupport.parkNanos(MAX_WAIT_NS);
            }
        }
    }

    @Benchmark
    public void flushAllKafka() throws IOException {
        for (KafkaLog kafka : kafkas) {
            batch.rewind().putLong(0, 0);
            kafka.log().appendAsLeader(MemoryRecords.readableRecords(batch), EPOCH);
            kafka.log().flush(false);
        }
    }

    @TearDown
    public void close() throws IOException {
        scratch.close();
        for (KafkaLog kafka : kafkas) {
            kafka.close();
        }
    }
}
