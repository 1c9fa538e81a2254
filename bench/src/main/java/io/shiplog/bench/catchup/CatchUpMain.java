// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.catchup;

import io.shiplog.bench.harness.DirectoryTree;
import io.shiplog.bench.harness.Figures;
import io.shiplog.bench.harness.Machine;
import io.shiplog.bench.metadata.QuorumProcesses;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * {@code bin/bench catch-up}: a topic with three replicas is filled; then one node loses its disk and starts again, and the time until all
 * its replicas are in sync is taken, with the processor time of the others and its own. With and without shipped segments, in turn; and
 * once with its disk, which is what the start of the process costs.
 */
public final class CatchUpMain {
    private static final int BAD_USAGE = 2;
    private static final int FAILED = 1;
    private static final String TOPIC = "catch-up";
    private static final int RECORD_BYTES = 8 * 1024;
    private static final int MAX_UNANSWERED = 2_000;
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long PATIENCE_S = 3_600;
    private static final double MS_PER_NS = 1e-6;
    private static final double MIB = 1 << 20;

    /** How the node that was killed gets what it lacks. */
    enum Way {
        NOTHING_LOST("nothing lost", "1"),
        SHIPPED("shipped", "1"),
        FETCHED("fetched", "-1");

        private final String words;
        private final String minBytes;

        Way(String words, String minBytes) {
            this.words = words;
            this.minBytes = minBytes;
        }
    }

    private final CatchUpOptions options;
    private final StorageProcesses storage;
    private final Admin admin;
    private final Figures figures = new Figures();

    private CatchUpMain(CatchUpOptions options, StorageProcesses storage, Admin admin) {
        this.options = options;
        this.storage = storage;
        this.admin = admin;
    }

    /** Takes the options of the usage line. */
    public static void main(String[] arguments) throws IOException {
        CatchUpOptions options;
        try {
            options = CatchUpOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.print(CatchUpOptions.USAGE);
            System.exit(BAD_USAGE);
            return;
        }
        int status = FAILED;
        try {
            System.out.println(Machine.describe());
            System.out.println("load average before: " + Machine.loadAverage() + "; " + options);
            Figures figures = measure(options, List.of(Way.values()));
            System.out.println();
            figures.print(System.out);
            status = 0;
        } catch (Exception e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                System.err.println(cause == e ? "not measured: " + cause : "because of " + cause);
            }
        } finally {
            DirectoryTree.delete(options.directory());
        }
        System.exit(status);
    }

    static Figures measure(CatchUpOptions options, List<Way> ways) throws Exception {
        try (QuorumProcesses quorum = new QuorumProcesses(options.directory(), "128m");
                StorageProcesses storage = new StorageProcesses(options.directory(), quorum.endpoints())) {
            quorum.startAll(Map.of());
            for (int i = 0; i < StorageProcesses.NODES; i++) {
                storage.start(StorageProcesses.FIRST_ID + i, Map.of());
            }
            storage.awaitListening();
            Properties properties = new Properties();
            properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, storage.bootstrap());
            properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 120_000);
            properties.put(AdminClientConfig.RETRY_BACKOFF_MS_CONFIG, 50);
            try (Admin admin = Admin.create(properties)) {
                CatchUpMain run = new CatchUpMain(options, storage, admin);
                run.fill();
                run.measureAll(ways);
                return run.figures;
            }
        }
    }

    private void fill() throws Exception {
        NewTopic topic = new NewTopic(TOPIC, options.partitions(), (short) StorageProcesses.NODES)
                .configs(Map.of("segment.bytes", Integer.toString(options.segmentBytes())));
        createWhenAllServe(topic);
        long records = (long) (options.mib() * MIB / RECORD_BYTES);
        Properties properties = new Properties();
        properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, storage.bootstrap());
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 * 1024);
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 5);
        long beganNs = System.nanoTime();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            ArrayDeque<Future<RecordMetadata>> unanswered = new ArrayDeque<>();
            byte[] value = new byte[RECORD_BYTES];
            for (long i = 0; i < records; i++) {
                unanswered.add(
                        producer.send(new ProducerRecord<>(TOPIC, (int) (i / 32 % options.partitions()), null, value)));
                if (unanswered.size() > MAX_UNANSWERED) {
                    unanswered.poll().get(PATIENCE_S, TimeUnit.SECONDS);
                }
                if (i % 65_536 == 65_535) {
                    System.out.printf("filled %d of %d MiB%n", (long) (i * RECORD_BYTES / MIB), options.mib());
                }
            }
            for (Future<RecordMetadata> each : unanswered) {
                each.get(PATIENCE_S, TimeUnit.SECONDS);
            }
        }
        System.out.printf("filled in %.1f s%n", (System.nanoTime() - beganNs) * MS_PER_NS / 1_000);
    }

    /** With fewer nodes a replica would be missing. */
    private void createWhenAllServe(NewTopic topic) throws Exception {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (admin.describeCluster().nodes().get(PATIENCE_S, TimeUnit.SECONDS).size() < StorageProcesses.NODES) {
            storage.checkAlive();
            if (System.nanoTime() > deadlineNs) {
                throw new IllegalStateException("not all storage nodes serve");
            }
            LockSupport.parkNanos(POLL_NS);
        }
        admin.createTopics(List.of(topic)).all().get(PATIENCE_S, TimeUnit.SECONDS);
    }

    private void measureAll(List<Way> ways) throws Exception {
        awaitInSync(StorageProcesses.NODES);
        for (int round = 0; round < options.rounds(); round++) {
            int victim = StorageProcesses.FIRST_ID + round % StorageProcesses.NODES;
            for (Way way : ways) {
                measureOne(victim, way);
            }
        }
    }

    private void measureOne(int victim, Way way) throws Exception {
        String how = way.words;
        storage.kill(victim);
        if (way != Way.NOTHING_LOST) {
            storage.loseDisk(victim);
        }
        awaitInSync(StorageProcesses.NODES - 1);
        double othersBefore = othersCpuMs(victim);
        long beganNs = System.nanoTime();
        storage.start(victim, Map.of("replica.bulk.min.bytes", way.minBytes));
        awaitInSync(StorageProcesses.NODES);
        double ms = (System.nanoTime() - beganNs) * MS_PER_NS;
        double gib = options.mib() / 1024.0;
        figures.add("until in sync, " + how, "ms", "", ms);
        if (way != Way.NOTHING_LOST) {
            figures.add("rate, start of the process included, " + how, "MiB/s", "", options.mib() * 1_000.0 / ms);
        }
        figures.add("CPU of the node that was killed, " + how, "ms/GiB", "", storage.cpuMs(victim) / gib);
        figures.add("CPU of the other two, " + how, "ms/GiB", "", (othersCpuMs(victim) - othersBefore) / gib);
        System.out.printf("node %d in sync after %.0f ms (%s)%n", victim, ms, how);
    }

    private double othersCpuMs(int victim) {
        double ms = 0;
        for (int i = 0; i < StorageProcesses.NODES; i++) {
            ms += StorageProcesses.FIRST_ID + i == victim ? 0 : storage.cpuMs(StorageProcesses.FIRST_ID + i);
        }
        return ms;
    }

    private void awaitInSync(int replicas) throws InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!allHave(replicas)) {
            storage.checkAlive();
            if (System.nanoTime() > deadlineNs) {
                throw new IllegalStateException("no " + replicas + " replicas in sync after " + PATIENCE_S + " s");
            }
            LockSupport.parkNanos(POLL_NS);
        }
    }

    /** A node that has just died may be asked; then another one is. */
    private boolean allHave(int replicas) throws InterruptedException {
        try {
            TopicDescription topic = admin.describeTopics(List.of(TOPIC))
                    .allTopicNames()
                    .get(PATIENCE_S, TimeUnit.SECONDS)
                    .get(TOPIC);
            return topic.partitions().stream()
                    .allMatch(partition -> partition.isr().size() == replicas);
        } catch (ExecutionException | TimeoutException notNow) {
            return false;
        }
    }
}
