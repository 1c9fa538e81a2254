// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.fetch;

import io.shiplog.bench.Batches;
import io.shiplog.bench.ScratchDirectory;
import io.shiplog.storage.log.AppendOutcome;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.log.LogSlice;
import io.shiplog.storage.log.PartitionLog;
import io.shiplog.storage.scrub.ScrubSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
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
 * The next slice of about 1 MiB for a reader that goes through a log of 64 MiB again and again, when the bytes are trusted and when they are
 * checked each time. The difference is what a cold range costs once; the file is in the page cache.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class ColdReadBenchmark {
    private static final Uuid TOPIC = new Uuid(3, 4);
    private static final int EPOCH = 5;
    private static final int READ_BYTES = 1 << 20;
    private static final long LOG_BYTES = 64L << 20;

    /** Records in each batch, and the size of each value. */
    @Param({"16x1024", "1x1024"})
    String batch;

    /** For how long checked bytes are trusted, in ms. */
    @Param({"0", "600000"})
    long trustMs;

    private ScratchDirectory scratch;
    private PartitionLog log;
    private long offset;

    @Setup
    public void fill() throws IOException {
        scratch = new ScratchDirectory();
        int times = batch.indexOf('x');
        ByteBuffer bytes =
                Batches.of(Integer.parseInt(batch.substring(0, times)), Integer.parseInt(batch.substring(times + 1)));
        scratch.directory().startScrub(new ScrubSettings(Long.MAX_VALUE, 1, trustMs));
        log = scratch.directory().create(new TopicIdPartition(TOPIC, 0, "bench"), LogSettings.defaults());
        log.assignEpochStart(EPOCH, 0);
        while (log.sizeBytes() < LOG_BYTES) {
            bytes.rewind().putLong(0, 0); // as a client sends it: offsets from 0
            AppendOutcome outcome = log.appendAsLeader(bytes, EPOCH, System.currentTimeMillis(), true);
            if (outcome.error() != Errors.NONE) {
                throw new IllegalStateException(outcome.error() + ": " + outcome.message());
            }
        }
    }

    @Benchmark
    public int nextSlice() {
        LogSlice slice = log.read(offset, READ_BYTES, Long.MAX_VALUE, true);
        int size = slice.sizeInBytes();
        offset = slice.nextOffset() >= log.logEndOffset() ? 0 : slice.nextOffset();
        slice.release();
        return size;
    }

    @TearDown
    public void close() throws IOException {
        scratch.close();
    }
}
