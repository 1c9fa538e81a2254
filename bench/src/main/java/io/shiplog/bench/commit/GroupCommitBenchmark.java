// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.commit;

import io.shiplog.bench.Batches;
import io.shiplog.bench.ScratchDirectory;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.log.PartitionLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * C8: commits of batches of 1 KiB, each on the disk before it counts. As in a node: one thread appends and asks for a flush each time,
 * another one syncs, and who waits is told. 64 producers wait for theirs, each with one batch, and send the next one when all have been
 * answered; beside it one producer alone, and what cannot be beaten without waiting for others: one {@code fdatasync} for each
 * batch written.
 *
 * <p>Goal: with 64 producers at least 20 times as many commits as with one sync for each batch.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(1)
public class GroupCommitBenchmark {
    private static final int PRODUCERS = 64;
    private static final Uuid TOPIC = new Uuid(1, 3);
    private static final int EPOCH = 5;
    private static final long MAX_WAIT_NS = 100_000;

    private ScratchDirectory scratch;
    private PartitionLog log;
    private ByteBuffer batch;
    private FileChannel file;
    private Path path;
    private long end;
    private int partition;
    private volatile long flushed;
    private volatile Thread waiting;

    @Setup(Level.Trial)
    public void open() throws IOException {
        scratch = new ScratchDirectory();
        batch = Batches.of(1, 950);
    }

    @Setup(Level.Iteration)
    public void create() throws IOException {
        log = scratch.directory().create(new TopicIdPartition(TOPIC, partition, "bench"), LogSettings.defaults());
        log.assignEpochStart(EPOCH, 0);
        flushed = 0;
        log.setListener((offset, generation) -> {
            flushed = offset;
            LockSupport.unpark(waiting);
        });
        path = Files.createTempFile("shiplog-bench", ".raw");
        file = FileChannel.open(path, StandardOpenOption.WRITE);
        end = 0;
    }

    @Benchmark
    @OperationsPerInvocation(PRODUCERS)
    public long producers64() {
        return commit(PRODUCERS);
    }

    @Benchmark
    public long producers1() {
        return commit(1);
    }

    @Benchmark
    public long writeAndSync() throws IOException {
        batch.rewind();
        end += file.write(batch, end);
        file.force(false);
        return end;
    }

    private long commit(int batches) {
        waiting = Thread.currentThread();
        for (int i = 0; i < batches; i++) {
            batch.rewind().putLong(0, 0);
            if (log.appendAsLeader(batch, EPOCH, System.currentTimeMillis(), true)
                            .error()
                    != Errors.NONE) {
                throw new IllegalStateException("refused");
            }
            log.requestFlush();
        }
        while (flushed < log.logEndOffset()) {
            LockSupport.parkNanos(MAX_WAIT_NS);
        }
        return flushed;
    }

    @TearDown(Level.Iteration)
    public void delete() throws IOException {
        file.close();
        Files.delete(path);
        scratch.directory().delete(TOPIC, partition++);
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        scratch.close();
    }
}
