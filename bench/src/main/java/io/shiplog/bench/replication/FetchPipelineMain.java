// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.replication;

import io.shiplog.bench.Batches;
import io.shiplog.bench.harness.Machine;
import io.shiplog.replication.fetch.FetcherSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.apache.kafka.common.protocol.Errors;

/**
 * {@code fetch-pipeline}: what it is worth to have a second fetch on the way to the leader, and what more could be worth. Two replicas with real
 * logs and fsyncs, each on a loop of its own, and between them a link with a given delay each way.
 *
 * <p>Commits: so many produces with acks=all wait at a time, with one and with two fetches on the way. Catching up: a follower that lacks
 * everything; the part of the time in which its loop is idle is what asking further ahead could save at best.
 */
public final class FetchPipelineMain {
    private static final long[] DELAYS_US = {0, 250, 2_500};
    private static final int[] OUTSTANDING = {1, 16};
    private static final short ACKS_ALL = -1;
    private static final short ACKS_LEADER = 1;
    private static final int BATCH_RECORDS = 64;

    private final long measureNs;
    private final int mib;

    FetchPipelineMain(long measureMs, int mib) {
        this.measureNs = TimeUnit.MILLISECONDS.toNanos(measureMs);
        this.mib = mib;
    }

    /** Takes the seconds for each case and the MiB to catch up with. */
    public static void main(String[] arguments) throws Exception {
        int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
        int mib = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 512;
        System.out.println(Machine.describe() + ", load average " + Machine.loadAverage());
        new FetchPipelineMain(TimeUnit.SECONDS.toMillis(seconds), mib).run();
    }

    private void run() throws Exception {
        for (int round = 1; round <= 2; round++) {
            for (long delayUs : DELAYS_US) {
                for (int outstanding : OUTSTANDING) {
                    for (int inFlight = 1; inFlight <= 2; inFlight++) {
                        commits(round, delayUs, outstanding, inFlight);
                    }
                }
                catchUp(round, delayUs);
            }
        }
    }

    /** Returns how many were measured. */
    long commits(int round, long delayUs, int outstanding, int inFlight) throws Exception {
        try (PipelineNode leader = new PipelineNode(PipelineNode.LEADER);
                PipelineNode follower = new PipelineNode(PipelineNode.FOLLOWER)) {
            Producers producers = new Producers(leader, measureNs);
            leader.loop.execute(() -> leader.replica.apply(PipelineNode.state()));
            follower.loop.execute(() -> follower.follow(
                    leader, FetcherSettings.defaults(PipelineNode.FOLLOWER).withMaxInFlight(inFlight), delayUs));
            leader.loop.execute(() -> producers.start(outstanding));
            producers.done.await();
            System.out.printf(
                    Locale.ROOT,
                    "round %d, link %.2f ms, %2d produces at a time, %d on the way: %,8.0f commits/s  p50 %7.2f  p99 %7.2f ms%n",
                    round,
                    delayUs / 1e3,
                    outstanding,
                    inFlight,
                    producers.latencyUs.getTotalCount() * 1e9 / measureNs,
                    producers.latencyUs.getValueAtPercentile(50) / 1e3,
                    producers.latencyUs.getValueAtPercentile(99) / 1e3);
            return producers.latencyUs.getTotalCount();
        }
    }

    /** Returns how many bytes the follower fetched. */
    long catchUp(int round, long delayUs) throws IOException, InterruptedException {
        try (PipelineNode leader = new PipelineNode(PipelineNode.LEADER);
                PipelineNode follower = new PipelineNode(PipelineNode.FOLLOWER)) {
            CountDownLatch filled = new CountDownLatch(1);
            leader.loop.execute(() -> {
                leader.replica.apply(PipelineNode.state());
                for (int i = 0; i < mib * 16; i++) {
                    leader.replica.produce(
                            Batches.of(BATCH_RECORDS, 1_000), ACKS_LEADER, true, 30_000, (e, b, t, s, m) -> {});
                }
                filled.countDown();
            });
            filled.await();
            long end = leader.replica.log().logEndOffset();
            long bytes = leader.replica.log().sizeBytes();
            long beganNs = System.nanoTime();
            long cpuNs = follower.loop.cpuNs();
            follower.loop.execute(
                    () -> follower.follow(leader, FetcherSettings.defaults(PipelineNode.FOLLOWER), delayUs));
            while (follower.replica.log().logEndOffset() < end) {
                LockSupport.parkNanos(100_000);
            }
            long tookNs = System.nanoTime() - beganNs;
            System.out.printf(
                    Locale.ROOT,
                    "round %d, link %.2f ms, catching up with %d MiB in one partition: %,.0f MiB/s, the follower's loop busy for %.0f %%%n",
                    round,
                    delayUs / 1e3,
                    bytes >> 20,
                    bytes / 1048576.0 * 1e9 / tookNs,
                    (follower.loop.cpuNs() - cpuNs) * 100.0 / tookNs);
            return follower.replica.log().sizeBytes();
        }
    }

    /** Produces that each begin anew when they are answered, on the leader's loop. */
    private static final class Producers {
        private final PipelineNode leader;
        private final long measureNs;
        private final CountDownLatch done = new CountDownLatch(1);
        private final Histogram latencyUs = new Histogram(3);
        private long warmUntilNs;
        private long endNs;

        Producers(PipelineNode leader, long measureNs) {
            this.leader = leader;
            this.measureNs = measureNs;
        }

        void start(int outstanding) {
            warmUntilNs = System.nanoTime() + measureNs / 2;
            endNs = warmUntilNs + measureNs;
            for (int i = 0; i < outstanding; i++) {
                produce();
            }
        }

        private void produce() {
            ByteBuffer batch = Batches.of(1, 1_000);
            long beganNs = System.nanoTime();
            leader.replica.produce(
                    batch, ACKS_ALL, true, 30_000, (error, base, time, start, message) -> answered(error, beganNs));
        }

        private void answered(Errors error, long beganNs) {
            if (error != Errors.NONE) {
                throw new IllegalStateException("a produce was answered with " + error);
            }
            long nowNs = System.nanoTime();
            if (nowNs >= endNs) {
                done.countDown();
                return;
            }
            if (nowNs >= warmUntilNs) {
                latencyUs.recordValue(TimeUnit.NANOSECONDS.toMicros(nowNs - beganNs));
            }
            leader.loop.execute(this::produce);
        }
    }
}
