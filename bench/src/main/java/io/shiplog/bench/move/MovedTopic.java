// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.move;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The topic whose replicas are moved: three of each partition, on nodes 1 to 3 at first. */
final class MovedTopic {
    static final String NAME = "moved";

    private static final int REPLICAS = 3;
    private static final int RECORD_BYTES = 8 * 1024;
    private static final int MAX_UNANSWERED = 4_000;
    private static final long PATIENCE_S = 600;

    private final Admin admin;
    private final String name;
    private final int partitions;

    MovedTopic(Admin admin, String name, int partitions) {
        this.admin = admin;
        this.name = name;
        this.partitions = partitions;
    }

    void create() throws Exception {
        Map<Integer, List<Integer>> assignments = new HashMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            List<Integer> replicas = new ArrayList<>();
            for (int i = 0; i < REPLICAS; i++) {
                replicas.add(1 + (partition + i) % REPLICAS);
            }
            assignments.put(partition, replicas);
        }
        // Segments small enough that a partition of some 20 MiB has several, as a large one has.
        NewTopic topic = new NewTopic(name, assignments)
                .configs(Map.of("segment.bytes", Integer.toString(4 << 20), "min.insync.replicas", "2"));
        admin.createTopics(List.of(topic)).all().get(PATIENCE_S, TimeUnit.SECONDS);
    }

    /** Sends so much that cannot be compressed, evenly to all partitions; returns how many records that was. */
    long fill(String bootstrap, double gib) throws Exception {
        long records = (long) (gib * (1L << 30) / RECORD_BYTES);
        byte[] value = new byte[RECORD_BYTES];
        new SplittableRandom(1).nextBytes(value);
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                bootstrap,
                "acks",
                "all",
                "batch.size",
                256 * 1024,
                "linger.ms",
                5,
                "delivery.timeout.ms",
                240_000,
                "request.timeout.ms",
                120_000,
                "max.block.ms",
                240_000);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            ArrayDeque<Future<RecordMetadata>> unanswered = new ArrayDeque<>();
            for (long i = 0; i < records; i++) {
                int partition = (int) (i / 32 % partitions);
                unanswered.add(producer.send(new ProducerRecord<>(name, partition, null, value)));
                if (unanswered.size() > MAX_UNANSWERED) {
                    unanswered.poll().get(PATIENCE_S, TimeUnit.SECONDS);
                }
            }
            for (Future<RecordMetadata> each : unanswered) {
                each.get(PATIENCE_S, TimeUnit.SECONDS);
            }
        }
        return records;
    }

    /** The replicas of each partition, as the cluster says. */
    Map<Integer, List<Integer>> assignment() throws Exception {
        Map<Integer, List<Integer>> assignment = new TreeMap<>();
        for (TopicPartitionInfo partition : describe().partitions()) {
            assignment.put(
                    partition.partition(),
                    partition.replicas().stream().map(Node::id).toList());
        }
        return assignment;
    }

    /** Whether every replica is in sync; false when nobody says. */
    boolean inSync() throws InterruptedException {
        try {
            return describe().partitions().stream()
                    .allMatch(partition ->
                            partition.isr().size() == partition.replicas().size());
        } catch (ExecutionException | TimeoutException notNow) {
            return false;
        }
    }

    /** Whether nobody is adding or removing replicas of it; false when nobody says. */
    boolean settled() throws InterruptedException {
        try {
            return admin.listPartitionReassignments()
                    .reassignments()
                    .get(PATIENCE_S, TimeUnit.SECONDS)
                    .isEmpty();
        } catch (ExecutionException | TimeoutException notNow) {
            return false;
        }
    }

    /** Records that can be read, of all partitions: nothing is ever deleted. */
    long records() throws Exception {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            asked.put(new TopicPartition(name, partition), OffsetSpec.latest());
        }
        long sum = 0;
        for (ListOffsetsResultInfo end :
                admin.listOffsets(asked).all().get(PATIENCE_S, TimeUnit.SECONDS).values()) {
            sum += end.offset();
        }
        return sum;
    }

    /** An assignment with all of its replicas so many nodes up, in the format of kafka-reassign-partitions. */
    String shifted(int nodes) throws Exception {
        StringJoiner partitions = new StringJoiner(",", "{\"version\":1,\"partitions\":[", "]}");
        assignment()
                .forEach((partition, replicas) ->
                        partitions.add("{\"topic\":\"" + name + "\",\"partition\":" + partition + ",\"replicas\":"
                                + replicas.stream().map(id -> id + nodes).toList() + "}"));
        return partitions.toString();
    }

    /** Moves all of its replicas, up by so many nodes, by Kafka's own call, and waits until they are there; negative: back. */
    void shift(int nodes) throws Exception {
        Map<TopicPartition, Optional<NewPartitionReassignment>> targets = new HashMap<>();
        assignment()
                .forEach((partition, replicas) -> targets.put(
                        new TopicPartition(name, partition),
                        Optional.of(new NewPartitionReassignment(
                                replicas.stream().map(id -> id + nodes).toList()))));
        admin.alterPartitionReassignments(targets).all().get(PATIENCE_S, TimeUnit.SECONDS);
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!(settled() && inSync())) {
            if (System.nanoTime() > deadlineNs) {
                throw new IllegalStateException("no end of the moves to warm up after " + PATIENCE_S + " s");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
    }

    void delete() throws Exception {
        admin.deleteTopics(List.of(name)).all().get(PATIENCE_S, TimeUnit.SECONDS);
    }

    private TopicDescription describe() throws ExecutionException, InterruptedException, TimeoutException {
        return admin.describeTopics(List.of(name))
                .allTopicNames()
                .get(PATIENCE_S, TimeUnit.SECONDS)
                .get(name);
    }
}
