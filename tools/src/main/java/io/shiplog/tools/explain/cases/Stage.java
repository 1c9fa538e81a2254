// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain.cases;

import io.shiplog.tools.trial.Fault;
import io.shiplog.tools.trial.LocalCluster;
import io.shiplog.tools.trial.Site;
import io.shiplog.tools.trial.TrialClients;
import io.shiplog.tools.trial.Until;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;

/** A local cluster of three quorum nodes and five storage nodes, and what the cases do to it. */
final class Stage implements AutoCloseable {
    static final int STORAGE = 5;
    static final long WAIT_MS = 90_000;
    private static final int QUORUM = 3;

    private final LocalCluster cluster;
    private final Map<String, String> configs = new HashMap<>();
    private Admin admin;

    Stage(Site site) throws IOException, InterruptedException {
        cluster = new LocalCluster(site, "explain", QUORUM, STORAGE);
    }

    /** Nodes look for rot all the time: a damage is found within a second or two. */
    void open() throws IOException, InterruptedException {
        cluster.set(cluster.storageNodes(), "scrub.interval.ms", "1000");
        cluster.set(cluster.storageNodes(), "scrub.bytes.per.second", "104857600");
        cluster.start(cluster.quorumNodes());
        cluster.start(cluster.storageNodes());
        admin = TrialClients.admin(cluster.bootstrap());
    }

    LocalCluster cluster() {
        return cluster;
    }

    Admin admin() {
        return admin;
    }

    String quorum() {
        return cluster.endpoints().stream().map(Object::toString).collect(Collectors.joining(","));
    }

    static String storage(int node) {
        return "storage-" + node;
    }

    // ---- nodes

    /** Starts a node again, with settings for this life of it beside its own. */
    void restart(int node, Map<String, String> settings) throws IOException, InterruptedException {
        String name = storage(node);
        if (cluster.isRunning(name)) {
            cluster.stop(List.of(name));
        }
        Path file = config(name);
        configs.putIfAbsent(name, Files.readString(file));
        StringBuilder text = new StringBuilder(configs.get(name));
        settings.forEach(
                (key, value) -> text.append(key).append('=').append(value).append('\n'));
        Files.writeString(file, text);
        cluster.start(List.of(name));
    }

    /** Starts whatever does not run, with its own settings. */
    void allAsAtFirst() throws IOException, InterruptedException {
        for (Map.Entry<String, String> changed : Map.copyOf(configs).entrySet()) {
            if (cluster.isRunning(changed.getKey())) {
                cluster.stop(List.of(changed.getKey()));
            }
            Files.writeString(config(changed.getKey()), changed.getValue(), StandardCharsets.UTF_8);
            configs.remove(changed.getKey());
        }
        cluster.start(cluster.quorumNodes());
        cluster.start(cluster.storageNodes());
    }

    private Path config(String name) {
        return cluster.directory().resolve(name).resolve("config.properties");
    }

    // ---- topics

    /** A topic of one partition with these replicas, all in sync when this returns. */
    void createTopic(String name, List<Integer> replicas, Map<String, String> settings)
            throws ExecutionException, InterruptedException, IOException, Fault {
        admin.createTopics(List.of(new NewTopic(name, Map.of(0, replicas)).configs(settings)))
                .all()
                .get();
        awaitInSync(name, replicas.size());
    }

    void awaitInSync(String name, int replicas) throws IOException, InterruptedException, Fault {
        Until.must(name + " has " + replicas + " replicas in sync", WAIT_MS, () -> inSync(name) == replicas);
    }

    int inSync(String name) throws InterruptedException {
        try {
            TopicPartitionInfo only = admin.describeTopics(List.of(name))
                    .allTopicNames()
                    .get()
                    .get(name)
                    .partitions()
                    .get(0);
            return only.isr().size();
        } catch (ExecutionException notYet) {
            return 0;
        }
    }

    void write(String topic, int records, int bytes) throws ExecutionException, InterruptedException {
        try (KafkaProducer<byte[], byte[]> producer = TrialClients.producer(cluster.bootstrap())) {
            for (int i = 1; i <= records; i++) {
                var sent = producer.send(new ProducerRecord<>(topic, 0, null, new byte[bytes]));
                if (i == records) {
                    sent.get();
                }
            }
        }
    }

    /** Writes a record after the other until it is told to stop. */
    Thread writeUntil(AtomicBoolean stopped, String topic) {
        Thread thread = new Thread(
                () -> {
                    try (KafkaProducer<byte[], byte[]> producer = TrialClients.producer(cluster.bootstrap())) {
                        while (!stopped.get()) {
                            producer.send(new ProducerRecord<>(topic, 0, null, new byte[1024]))
                                    .get();
                        }
                    } catch (InterruptedException | ExecutionException e) {
                        stopped.set(true);
                    }
                },
                "writer");
        thread.start();
        return thread;
    }

    /** Sets settings of topics and brokers, or takes them back. */
    void configure(AlterConfigOp.OpType op, ConfigResource resource, Map<String, String> settings)
            throws ExecutionException, InterruptedException {
        Collection<AlterConfigOp> all = settings.entrySet().stream()
                .map(each -> new AlterConfigOp(new ConfigEntry(each.getKey(), each.getValue()), op))
                .toList();
        admin.incrementalAlterConfigs(Map.of(resource, all)).all().get();
    }

    String topicId(String name) throws ExecutionException, InterruptedException {
        return admin.describeTopics(List.of(name))
                .allTopicNames()
                .get()
                .get(name)
                .topicId()
                .toString();
    }

    @Override
    public void close() throws IOException {
        if (admin != null) {
            admin.close();
        }
        cluster.close();
    }
}
