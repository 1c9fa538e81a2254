// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups of stock consumers, in both protocols, on one quorum node and three storage nodes. */
class GroupsTest {
    private static final int PARTITIONS = 6;
    private static final int WAIT_MS = 90_000;

    private static final int[] NODES = {101, 102, 103};

    @TempDir
    static Path directory;

    private static TestCluster cluster;

    private String topic;

    @BeforeAll
    static void start() throws Exception {
        cluster = new TestCluster(directory, 1, 3)
                .with("offsets.topic.num.partitions", "4")
                .with("group.initial.rebalance.delay.ms", "0")
                .with("group.min.session.timeout.ms", "1000")
                .with("group.consumer.min.session.timeout.ms", "1000")
                .with("group.consumer.session.timeout.ms", "10000")
                .with("group.consumer.min.heartbeat.interval.ms", "100")
                .with("group.consumer.heartbeat.interval.ms", "300")
                .start();
        assertThat(cluster.image().topic(Topic.GROUP_METADATA_TOPIC_NAME)).isNull();
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    /** A topic for each test, all of it in sync. */
    @BeforeEach
    void createTopic(TestInfo test) throws Exception {
        topic = "read-in-groups-" + Integer.toHexString(test.getDisplayName().hashCode());
        topic += test.getTestMethod().orElseThrow().getName();
        cluster.clients().createTopic(topic, PARTITIONS, 3, Map.of());
        for (int i = 0; i < PARTITIONS; i++) {
            cluster.awaitIsr(topic, i, 3);
        }
    }

    private void awaitAllInSync() {
        for (int i = 0; i < 4; i++) {
            cluster.awaitIsr(Topic.GROUP_METADATA_TOPIC_NAME, i, 3);
        }
        for (int i = 0; i < PARTITIONS; i++) {
            cluster.awaitIsr(topic, i, 3);
        }
    }

    private KafkaConsumer<byte[], byte[]> member(String protocol, String group) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        settings.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, protocol);
        settings.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 1_000);
        if (protocol.equals("classic")) {
            settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
            settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 300);
        }
        return cluster.clients().consumer(settings);
    }

    private void produce(int from, int to) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = cluster.clients().producer("all")) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = from; i < to; i++) {
                sent.add(
                        producer.send(new ProducerRecord<>(topic, i % PARTITIONS, null, Clients.bytes("record-" + i))));
            }
            for (Future<RecordMetadata> each : sent) {
                each.get(60, TimeUnit.SECONDS);
            }
        }
    }

    private static void poll(KafkaConsumer<byte[], byte[]> member, Set<String> seen) {
        for (ConsumerRecord<byte[], byte[]> record : member.poll(Duration.ofMillis(100))) {
            seen.add(Clients.text(record.value()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void membersShareThePartitionsAndCommit(String protocol) throws Exception {
        produce(0, 120);
        String group = "shared-" + protocol;
        Set<String> seen = new HashSet<>();
        try (Admin admin = cluster.clients().admin()) {
            try (KafkaConsumer<byte[], byte[]> one = member(protocol, group);
                    KafkaConsumer<byte[], byte[]> two = member(protocol, group)) {
                one.subscribe(List.of(topic));
                two.subscribe(List.of(topic));
                Await.until("half of the partitions for each", WAIT_MS, () -> {
                    poll(one, seen);
                    poll(two, seen);
                    return one.assignment().size() == PARTITIONS / 2
                            && two.assignment().size() == PARTITIONS / 2
                            && seen.size() == 120;
                });
                Await.until("everything to be read and committed", WAIT_MS, () -> {
                    poll(one, seen);
                    poll(two, seen);
                    one.commitSync();
                    two.commitSync();
                    return committed(admin, group) == 120;
                });
                ConsumerGroupDescription description = admin.describeConsumerGroups(List.of(group))
                        .all()
                        .get(30, TimeUnit.SECONDS)
                        .get(group);
                assertThat(description.members()).hasSize(2);
                assertThat(admin.listGroups().all().get(30, TimeUnit.SECONDS))
                        .anyMatch(listing -> listing.groupId().equals(group));
            }
            admin.deleteConsumerGroupOffsets(group, Set.of(new TopicPartition(topic, 0)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
            assertThat(committed(admin, group)).isEqualTo(100);
            admin.deleteConsumerGroups(List.of(group)).all().get(30, TimeUnit.SECONDS);
            assertThat(admin.describeConsumerGroups(List.of(group))
                            .describedGroups()
                            .get(group))
                    .failsWithin(Duration.ofSeconds(30))
                    .withThrowableThat()
                    .withCauseInstanceOf(GroupIdNotFoundException.class);
        }
    }

    private static long committed(Admin admin, String group) {
        try {
            Map<TopicPartition, OffsetAndMetadata> offsets = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get(30, TimeUnit.SECONDS);
            return offsets.values().stream()
                    .mapToLong(OffsetAndMetadata::offset)
                    .sum();
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("the offsets of " + group + " are not told", e);
        }
    }

    /** The coordinator's node dies while members read: they go on, and nothing that was committed is forgotten. */
    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void groupsOutliveTheirCoordinator(String protocol) throws Exception {
        produce(0, 60);
        String group = "outlives-" + protocol;
        Set<String> seen = new HashSet<>();
        try (Admin admin = cluster.clients().admin();
                KafkaConsumer<byte[], byte[]> member = member(protocol, group)) {
            member.subscribe(List.of(topic));
            Await.until("all records", WAIT_MS, () -> {
                poll(member, seen);
                return seen.size() == 60;
            });
            member.commitSync();
            int coordinator = admin.describeConsumerGroups(List.of(group))
                    .all()
                    .get(30, TimeUnit.SECONDS)
                    .get(group)
                    .coordinator()
                    .id();
            cluster.crashStorage(coordinator);
            produce(60, 120);
            Await.until("all records after the crash", WAIT_MS, () -> {
                poll(member, seen);
                return seen.size() == 120;
            });
            member.commitSync(Duration.ofMillis(WAIT_MS));
            assertThat(committed(admin, group)).isEqualTo(120);
            cluster.startStorage(coordinator);
            awaitAllInSync();
        }
        try (KafkaConsumer<byte[], byte[]> later = member(protocol, group)) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (int i = 0; i < PARTITIONS; i++) {
                partitions.add(new TopicPartition(topic, i));
            }
            Map<TopicPartition, OffsetAndMetadata> kept = later.committed(Set.copyOf(partitions));
            assertThat(kept.values()).allMatch(offset -> offset.offset() == 20);
        }
    }

    /** Every node stops and starts again: what was committed is loaded from the disks. */
    @Test
    void committedOffsetsAreLoadedAfterARestart() throws Exception {
        TopicPartition partition = new TopicPartition(topic, 3);
        try (KafkaConsumer<byte[], byte[]> member = member("classic", "restarted")) {
            member.assign(List.of(partition));
            for (int i = 1; i <= 50; i++) {
                member.commitSync(Map.of(partition, new OffsetAndMetadata(i, "step " + i)));
            }
        }
        for (int id : NODES) {
            cluster.crashStorage(id);
        }
        cluster.startStorage(101, 102, 103);
        awaitAllInSync();
        try (KafkaConsumer<byte[], byte[]> later = member("classic", "restarted")) {
            OffsetAndMetadata kept = later.committed(Set.of(partition), Duration.ofMillis(WAIT_MS))
                    .get(partition);
            assertThat(kept.offset()).isEqualTo(50);
            assertThat(kept.metadata()).isEqualTo("step 50");
        }
    }

    @Test
    void topicsThatMatchAPatternAreFoundByTheServer() throws Exception {
        produce(0, 12);
        cluster.clients().createTopic("something-else", 1, 3, Map.of());
        Set<String> seen = new HashSet<>();
        try (KafkaConsumer<byte[], byte[]> member = member("consumer", "by-pattern")) {
            member.subscribe(new SubscriptionPattern(topic + ".*"));
            Await.until("the records of topics that match", WAIT_MS, () -> {
                poll(member, seen);
                return seen.size() == 12;
            });
            assertThat(member.assignment())
                    .hasSize(PARTITIONS)
                    .allMatch(each -> each.topic().equals(topic));
        }
    }

    @Test
    void aTopicThatComesLaterIsAssignedToo() throws Exception {
        String later = topic + "-later";
        Set<String> seen = new HashSet<>();
        try (KafkaConsumer<byte[], byte[]> member = member("consumer", "comes-later")) {
            member.subscribe(List.of(topic, later));
            Await.until("the topic that is there", WAIT_MS, () -> {
                poll(member, seen);
                return member.assignment().size() == PARTITIONS;
            });
            cluster.clients().createTopic(later, 1, 3, Map.of());
            Await.until("the topic that came", WAIT_MS, () -> {
                poll(member, seen);
                return member.assignment().contains(new TopicPartition(later, 0));
            });
        }
    }

    @Test
    void theOffsetsTopicIsCreatedWhenItIsNeededAndWrittenByNobodyElse() throws Exception {
        try (KafkaConsumer<byte[], byte[]> member = member("classic", "first")) {
            member.assign(List.of(new TopicPartition(topic, 0)));
            member.commitSync(Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(1)));
        }
        var offsets = cluster.image().topic(Topic.GROUP_METADATA_TOPIC_NAME);
        assertThat(offsets.partitionCount()).isEqualTo(4);
        assertThat(offsets.partition(0).replicationFactor()).isEqualTo(3);
        assertThat(cluster.image().topicConfigs(offsets.id()))
                .containsEntry("cleanup.policy", "compact")
                .containsEntry("min.insync.replicas", "2");
        try (Admin admin = cluster.clients().admin()) {
            assertThat(admin.createPartitions(Map.of(Topic.GROUP_METADATA_TOPIC_NAME, NewPartitions.increaseTo(5)))
                            .all())
                    .failsWithin(Duration.ofSeconds(30))
                    .withThrowableThat()
                    .withCauseInstanceOf(InvalidRequestException.class);
        }
        try (KafkaProducer<byte[], byte[]> producer = cluster.clients().producer("all")) {
            var record = new ProducerRecord<>(
                    Topic.GROUP_METADATA_TOPIC_NAME, 0, Clients.bytes("key"), Clients.bytes("value"));
            assertThat(producer.send(record))
                    .failsWithin(Duration.ofSeconds(60))
                    .withThrowableThat()
                    .withCauseInstanceOf(InvalidTopicException.class);
        }
    }

    /** The call that tells the coordinator waits for its shards, and those for the thread that moves high watermarks. */
    @Test
    void offsetsOfADeletedTopicAreForgotten() throws Exception {
        try (Admin admin = cluster.clients().admin();
                KafkaConsumer<byte[], byte[]> member = member("classic", "deleted")) {
            cluster.clients().createTopic("short-lived", 1, 3, Map.of());
            TopicPartition gone = new TopicPartition("short-lived", 0);
            TopicPartition stays = new TopicPartition(topic, 0);
            member.assign(List.of(gone, stays));
            member.commitSync(Map.of(gone, new OffsetAndMetadata(7), stays, new OffsetAndMetadata(9)));
            assertThat(committed(admin, "deleted")).isEqualTo(16);
            admin.deleteTopics(List.of("short-lived")).all().get(30, TimeUnit.SECONDS);
            Await.until("the deleted topic's offsets to be forgotten", WAIT_MS, () -> committed(admin, "deleted") == 9);
        }
    }
}
