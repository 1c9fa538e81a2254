// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.fetch;

import io.shiplog.bench.Batches;
import io.shiplog.bench.BenchNode;
import io.shiplog.replication.fetch.FetchCodec;
import io.shiplog.replication.fetch.FetchResponder;
import io.shiplog.storage.log.LogSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.server.purgatory.DelayedOperation;
import org.apache.kafka.server.purgatory.DelayedOperationPurgatory;
import org.apache.kafka.server.purgatory.TopicPartitionOperationKey;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * F5: consumers whose fetches are parked, each over a session of so many partitions, and a record for one partition that all of them have. One
 * operation is that record: it is appended, every consumer is answered with it, and asks again.
 *
 * <p>Goal: the time grows with the consumers, not with their partitions. Kafka's side is its purgatory alone, with a fetch that looks at each of
 * its partitions as {@code DelayedFetch} does: nothing is appended, read or answered there.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 8, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class WakeBenchmark {
    private static final short VERSION = 17;
    private static final int WAIT_MS = 30_000;

    @Param({"1", "10", "100"})
    int consumers;

    /** Of each consumer. */
    @Param({"1", "100"})
    int partitions;

    private final List<Consumer> parked = new ArrayList<>();
    private BenchNode node;
    private ByteBuffer batch;
    private KafkaPurgatory kafka;

    @Setup(Level.Trial)
    public void makeBatch() {
        batch = Batches.of(1, 100);
        kafka = new KafkaPurgatory(consumers, partitions);
    }

    @Setup(Level.Iteration)
    public void park() throws IOException {
        node = new BenchNode(LogSettings.defaults());
        parked.clear();
        for (int p = 0; p < partitions; p++) {
            node.lead(p);
        }
        for (int c = 0; c < consumers; c++) {
            Consumer consumer = new Consumer();
            parked.add(consumer);
            consumer.open();
        }
    }

    @Benchmark
    public long produceAndWakeAll() {
        node.produce(0, batch);
        long answered = 0;
        for (int c = 0; c < consumers; c++) {
            answered += parked.get(c).askAgain();
        }
        if (answered != consumers) {
            throw new IllegalStateException(answered + " of " + consumers + " consumers were answered");
        }
        return answered;
    }

    @Benchmark
    public int produceAndWakeAllKafka() {
        return kafka.wakeAll();
    }

    @TearDown(Level.Iteration)
    public void close() throws IOException {
        node.close();
    }

    @TearDown(Level.Trial)
    public void stop() throws Exception {
        kafka.close();
    }

    /** Its fetches are of one session; each names the partition that it has read. */
    private final class Consumer {
        private final FetchResponder take = this::take;
        private final FetchPartition read = partition(0);
        private final FetchRequestData next = request(List.of(read));
        private int answers;

        void open() {
            List<FetchPartition> all = new ArrayList<>();
            for (int p = 0; p < partitions; p++) {
                all.add(partition(p));
            }
            node.fetches().fetch(VERSION, request(all).setMaxWaitMs(0).setSessionEpoch(0), take);
            next.setSessionEpoch(0);
            answers = 1;
            var unused = askAgain();
        }

        /** Returns how many answers there were since the last time. */
        int askAgain() {
            int had = answers;
            answers = 0;
            next.setSessionEpoch(next.sessionEpoch() + 1);
            node.fetches().fetch(VERSION, next, take);
            return had;
        }

        private void take(FetchResponseData response) {
            next.setSessionId(response.sessionId());
            answers++;
            if (!response.responses().isEmpty()) {
                PartitionData data = response.responses().get(0).partitions().get(0);
                read.setFetchOffset(data.highWatermark());
            }
            FetchCodec.releaseRecords(response);
        }

        private FetchPartition partition(int index) {
            return new FetchPartition()
                    .setPartition(index)
                    .setCurrentLeaderEpoch(BenchNode.LEADER_EPOCH)
                    .setPartitionMaxBytes(1 << 20);
        }

        private FetchRequestData request(List<FetchPartition> asked) {
            return new FetchRequestData()
                    .setMaxWaitMs(WAIT_MS)
                    .setMinBytes(1)
                    .setMaxBytes(10 << 20)
                    .setTopics(
                            List.of(new FetchTopic().setTopicId(BenchNode.TOPIC).setPartitions(asked)));
        }
    }

    /** Kafka's purgatory with one fetch for each consumer in it. */
    private static final class KafkaPurgatory {
        private final DelayedOperationPurgatory<ParkedFetch> purgatory =
                new DelayedOperationPurgatory<>("Fetch", 1, 1_000);
        private final List<TopicPartitionOperationKey> keys = new ArrayList<>();
        private final long[] ends;
        private final int consumers;
        private long completed;

        KafkaPurgatory(int consumers, int partitions) {
            this.consumers = consumers;
            this.ends = new long[partitions];
            for (int p = 0; p < partitions; p++) {
                keys.add(new TopicPartitionOperationKey(new TopicPartition(BenchNode.TOPIC_NAME, p)));
            }
            park();
        }

        private void park() {
            for (int c = 0; c < consumers; c++) {
                if (purgatory.tryCompleteElseWatch(new ParkedFetch(ends[0]), keys)) {
                    throw new IllegalStateException("a fetch was answered with nothing");
                }
            }
        }

        int wakeAll() {
            long before = completed;
            ends[0]++;
            int woken = purgatory.checkAndComplete(keys.get(0));
            if (completed - before != consumers) {
                throw new IllegalStateException(woken + " of " + consumers + " fetches were completed");
            }
            park();
            return woken;
        }

        void close() throws Exception {
            purgatory.shutdown();
        }

        /** Complete as soon as one of its partitions goes on. */
        private final class ParkedFetch extends DelayedOperation {
            private final long from;

            ParkedFetch(long from) {
                super(WAIT_MS);
                this.from = from;
            }

            @Override
            public boolean tryComplete() {
                long bytes = 0;
                for (int p = 0; p < ends.length; p++) {
                    bytes += p == 0 ? ends[p] - from : ends[p];
                }
                return bytes > 0 && forceComplete();
            }

            @Override
            public void onComplete() {
                completed++;
            }

            @Override
            public void onExpiration() {}
        }
    }
}
