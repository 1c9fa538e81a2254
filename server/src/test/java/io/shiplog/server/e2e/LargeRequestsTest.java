// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests as large as tools and clients of large clusters send them, of names that are short and replicas that are few: bounds on hostile ones let them through. */
class LargeRequestsTest {
    private static final int NODE = TestCluster.FIRST_STORAGE_ID;
    private static final int TOPICS = 500;
    private static final int PARTITIONS = 2_000;
    private static final int TIMEOUT_S = 120;

    @TempDir
    static Path directory;

    private static TestCluster cluster;
    private static Admin admin;

    private final Set<TopicPartition> big = new TreeSet<>(Comparator.comparingInt(TopicPartition::partition));

    @BeforeAll
    static void start() throws Exception {
        cluster = new TestCluster(directory, 1, 1)
                .with("offsets.topic.num.partitions", "2")
                .start();
        admin = cluster.clients().admin(Map.of("request.timeout.ms", 60_000, "default.api.timeout.ms", 120_000));
    }

    @AfterAll
    static void stop() throws Exception {
        admin.close();
        cluster.close();
    }

    private static <T> T await(KafkaFuture<T> answer) throws Exception {
        return answer.get(TIMEOUT_S, TimeUnit.SECONDS);
    }

    private <V> Map<TopicPartition, V> each(V value) {
        Map<TopicPartition, V> values = new HashMap<>();
        big.forEach(partition -> values.put(partition, value));
        return values;
    }

    @Test
    void topicsAreCreatedAndDescribedAllAtOnce() throws Exception {
        List<NewTopic> topics = new ArrayList<>();
        List<ConfigResource> resources = new ArrayList<>();
        for (int i = 0; i < TOPICS; i++) {
            topics.add(new NewTopic("t" + i, 1, (short) 1));
            resources.add(new ConfigResource(ConfigResource.Type.TOPIC, "t" + i));
        }
        await(admin.createTopics(topics).all());
        List<String> names = topics.stream().map(NewTopic::name).toList();
        assertThat(await(admin.describeTopics(names).allTopicNames())).hasSize(TOPICS);
        assertThat(await(admin.describeConfigs(resources).all())).hasSize(TOPICS);
        await(admin.deleteTopics(names).all());
    }

    @Test
    void partitionsOfOneTopicAreNamedAllAtOnce() throws Exception {
        Map<Integer, List<Integer>> assigned = new HashMap<>();
        for (int i = 0; i < PARTITIONS; i++) {
            assigned.put(i, List.of(NODE));
            big.add(new TopicPartition("big", i));
        }
        await(admin.createTopics(List.of(new NewTopic("big", assigned))).all());
        assertThat(await(admin.listOffsets(each(OffsetSpec.latest())).all())).hasSize(PARTITIONS);
        NewPartitionReassignment here = new NewPartitionReassignment(List.of(NODE));
        await(admin.alterPartitionReassignments(each(Optional.of(here))).all());
        assertThat(await(admin.electLeaders(ElectionType.PREFERRED, big).partitions()))
                .hasSize(PARTITIONS);
        List<List<Integer>> more = Collections.nCopies(PARTITIONS, List.of(NODE));
        await(admin.createPartitions(Map.of("big", NewPartitions.increaseTo(2 * PARTITIONS, more)))
                .all());
        commits();
    }

    private void commits() throws Exception {
        await(admin.alterConsumerGroupOffsets("g", each(new OffsetAndMetadata(0, "said")))
                .all());
        try (KafkaConsumer<byte[], byte[]> consumer = cluster.clients().consumer(Map.of("group.id", "g"))) {
            consumer.assign(big);
            consumer.seekToBeginning(big);
            consumer.poll(Duration.ofMillis(500));
            consumer.commitSync();
            assertThat(consumer.committed(big)).hasSize(PARTITIONS);
        }
        await(admin.deleteConsumerGroupOffsets("g", big).all());
        assertThat(await(admin.listConsumerGroupOffsets("g").partitionsToOffsetAndMetadata()))
                .isEmpty();
    }
}
