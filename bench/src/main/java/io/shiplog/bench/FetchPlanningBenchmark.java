// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench;

import io.shiplog.replication.fetch.FetchCodec;
import io.shiplog.replication.fetch.FetchService;
import io.shiplog.replication.fetch.FetchSettings;
import io.shiplog.replication.fetch.PartitionLookup;
import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.replication.runtime.Cancellable;
import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ReplicaContext;
import io.shiplog.replication.runtime.ReplicaSet;
import io.shiplog.replication.runtime.ReplicationSettings;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.log.PartitionLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
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
 * One consumer fetch of an incremental session, from the decoded request to the response with the slice of the segment file
 * that it sends: the session holds many partitions, one of which has data. No codec, no network.
 *
 * <p>Goal: the time does not depend on the number of idle partitions, and little is allocated beside the response itself.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FetchPlanningBenchmark {
    private static final Uuid TOPIC = new Uuid(1, 2);
    private static final short VERSION = 17;
    private static final short ACKS_LEADER = 1;
    private static final int RECORDS = 16;
    private static final int VALUE_BYTES = 1024;

    @Param({"1", "100", "1000"})
    int partitions;

    private final Loop loop = new Loop();
    private ScratchDirectory scratch;
    private ReplicaSet replicas;
    private FetchService service;
    private FetchRequestData incremental;
    private int sentBytes;
    private int sessionId;
    private int epoch = 1;

    @Setup
    public void openSession() throws IOException {
        scratch = new ScratchDirectory();
        ReplicationSettings settings = ReplicationSettings.defaults(ScratchDirectory.NODE);
        replicas = new ReplicaSet(new ReplicaContext(
                loop,
                (partition, proposal, outcome) -> {
                    throw new IllegalStateException("an ISR proposal in a steady state: " + proposal);
                },
                settings));
        for (int p = 0; p < partitions; p++) {
            lead(p);
        }
        produceTo(0);
        service = new FetchService(loop, new Lookup(), FetchSettings.DEFAULTS, () -> 42);
        FetchRequestData full = request(partitions).setSessionId(0).setSessionEpoch(0);
        service.fetch(VERSION, full, this::take);
        incremental = request(1).setSessionId(sessionId);
    }

    @Benchmark
    public int fetchIncrementally() {
        sentBytes = 0;
        incremental.setSessionEpoch(epoch);
        epoch = epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
        service.fetch(VERSION, incremental, this::take);
        if (sentBytes < RECORDS * VALUE_BYTES) {
            throw new IllegalStateException("the fetch was answered with " + sentBytes + " bytes of records");
        }
        return sentBytes;
    }

    @TearDown
    public void close() throws IOException {
        replicas.close();
        scratch.close();
    }

    private void take(FetchResponseData response) {
        sessionId = response.sessionId();
        for (int t = 0; t < response.responses().size(); t++) {
            List<FetchResponseData.PartitionData> answered =
                    response.responses().get(t).partitions();
            for (int p = 0; p < answered.size(); p++) {
                if (answered.get(p).records() != null) {
                    sentBytes += answered.get(p).records().sizeInBytes();
                }
            }
        }
        FetchCodec.releaseRecords(response);
    }

    private void lead(int partition) {
        TopicIdPartition id = new TopicIdPartition(TOPIC, partition, "bench");
        PartitionLog log = scratch.directory().create(id, LogSettings.defaults());
        List<AssignedReplica> alone = List.of(new AssignedReplica(ScratchDirectory.NODE, true, false, 1, false, false));
        PartitionState state = new PartitionState(ScratchDirectory.NODE, 1, 1, alone, true, false, 1, false);
        replicas.create(id, log).apply(state);
    }

    private void produceTo(int partition) {
        replicas.get(TOPIC, partition)
                .produce(
                        ScratchDirectory.batch(RECORDS, VALUE_BYTES),
                        ACKS_LEADER,
                        true,
                        1_000,
                        (error, baseOffset, logAppendTimeMs, logStartOffset, message) -> {
                            if (error != Errors.NONE) {
                                throw new IllegalStateException(error + ": " + message);
                            }
                        });
        loop.run();
    }

    private static FetchRequestData request(int count) {
        List<FetchPartition> asked = new ArrayList<>();
        for (int p = 0; p < count; p++) {
            asked.add(new FetchPartition()
                    .setPartition(p)
                    .setFetchOffset(0)
                    .setCurrentLeaderEpoch(1)
                    .setPartitionMaxBytes(1 << 20));
        }
        return new FetchRequestData()
                .setMaxWaitMs(0)
                .setMinBytes(1)
                .setMaxBytes(10 << 20)
                .setTopics(List.of(new FetchTopic().setTopicId(TOPIC).setPartitions(asked)));
    }

    private final class Lookup implements PartitionLookup {
        @Override
        public Uuid topicId(String name) {
            return TOPIC;
        }

        @Override
        public Replica replica(Uuid topicId, int partition) {
            return replicas.get(topicId, partition);
        }

        @Override
        public Errors absence(Uuid topicId, int partition) {
            return Errors.UNKNOWN_TOPIC_ID;
        }
    }

    /** The benchmark's thread is the loop; timers never fire. */
    private static final class Loop implements EventLoop {
        private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

        @Override
        public boolean inLoop() {
            return true;
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public Cancellable schedule(Runnable task, long delayMs) {
            return () -> {};
        }

        @Override
        public long nowMs() {
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
        }

        @Override
        public long wallClockMs() {
            return System.currentTimeMillis();
        }

        void run() {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }
    }
}
