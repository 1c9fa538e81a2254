// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlacementTest {
    private static TopicImage create(TestCluster cluster, int partitions, int replication) {
        cluster.create(cluster.newTopic("t", partitions, replication));
        return cluster.image().topic("t");
    }

    private static int[] count(TopicImage topic, int brokers, boolean leadersOnly) {
        int[] counts = new int[brokers + 1];
        for (PartitionImage partition : topic.partitions()) {
            int[] replicas = partition.replicas();
            for (int i = 0; i < (leadersOnly ? 1 : replicas.length); i++) {
                counts[replicas[i]]++;
            }
        }
        return Arrays.copyOfRange(counts, 1, counts.length);
    }

    private static int spread(int[] counts) {
        return Arrays.stream(counts).max().orElseThrow()
                - Arrays.stream(counts).min().orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"3, 6, 3", "3, 7, 2", "5, 23, 3", "6, 60, 3", "10, 100, 3", "4, 1, 1", "1, 5, 1"})
    void leadersAndReplicasAreSpreadEvenly(int brokers, int partitions, int replication) {
        TopicImage topic = create(TestCluster.of(brokers), partitions, replication);
        assertThat(topic.partitionCount()).isEqualTo(partitions);
        assertThat(spread(count(topic, brokers, true))).isLessThanOrEqualTo(1);
        assertThat(spread(count(topic, brokers, false))).isLessThanOrEqualTo(2);
        for (PartitionImage partition : topic.partitions()) {
            assertThat(Arrays.stream(partition.replicas()).distinct()).hasSize(replication);
        }
    }

    @Test
    void leadershipsOfADeadBrokerSpreadOverTheOthers() {
        TestCluster cluster = TestCluster.of(4);
        create(cluster, 12, 3);
        cluster.fence(1);
        int[] led = new int[5];
        for (PartitionImage partition : cluster.image().topic("t").partitions()) {
            led[partition.leader()]++;
        }
        assertThat(led).containsExactly(0, 0, 4, 4, 4);
    }

    @Test
    void replicasOfAPartitionAreInAsManyRacksAsThereAre() {
        TestCluster cluster = new TestCluster().formed();
        String[] racks = {"a", "a", "a", "b", "b", "c"};
        for (int id = 1; id <= racks.length; id++) {
            cluster.startInRack(id, racks[id - 1]);
        }
        for (PartitionImage partition : create(cluster, 30, 3).partitions()) {
            Set<String> used = new HashSet<>();
            for (int replica : partition.replicas()) {
                used.add(racks[replica - 1]);
            }
            assertThat(used).hasSize(3);
        }
    }

    @Test
    void fencedBrokersGetNothing() {
        TestCluster cluster = TestCluster.of(4);
        cluster.fence(2);
        assertThat(count(create(cluster, 12, 3), 4, false)[1]).isZero();
    }

    @Test
    void topicsOfOnePartitionDoNotPileUp() {
        TestCluster cluster = TestCluster.of(3);
        int[] led = new int[4];
        for (int i = 0; i < 300; i++) {
            cluster.create(cluster.newTopic("t" + i, 1, 1));
            led[cluster.partition("t" + i).leader()]++;
        }
        for (int id = 1; id <= 3; id++) {
            assertThat(led[id]).isBetween(60, 140);
        }
    }

    @Test
    void sameTopicIdOnTheSameImageIsPlacedAlike() {
        TestCluster some = TestCluster.of(5);
        TestCluster other = TestCluster.of(5);
        assertThat(create(some, 20, 3)).isEqualTo(create(other, 20, 3));
    }
}
