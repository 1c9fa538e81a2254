// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Failures;
import io.shiplog.tools.connect.Names;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsResult;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * How far groups are behind, in records and in time. The time is the age of the first record that a group has not read, which is read for that: offsets
 * tell nothing of time. Bounded: so many partitions, so long; the others have no time. It says when the record was made, by whatever clock set
 * its timestamp.
 */
final class GroupLags {
    private static final long READ_MS = 3_000;
    private static final int MAX_READ = 500;
    private static final int POLL_MS = 100;
    private static final String ONE_BATCH = "1";

    private final Cluster cluster;
    private final Map<String, Map<TopicPartition, Lag>> lags = new TreeMap<>();
    private final Map<String, String> problems = new TreeMap<>();

    /**
     * One partition of a group.
     *
     * @param end of the log, for readers that do not wait for transactions; null when nobody leads the partition
     * @param ageMs of the first unread record: 0 when there is none; null when it is not known
     */
    record Lag(long committed, Long start, Long end, Long ageMs) {
        /** What is left to be read; records that are gone count no more. Null when it is not known. */
        Long records() {
            return end == null || start == null ? null : Math.max(0, end - Math.max(committed, start));
        }
    }

    private GroupLags(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Of these groups; one whose coordinator does not tell keeps nobody else's back. */
    static GroupLags of(Cluster cluster, Collection<String> groups) throws InterruptedException {
        GroupLags gathered = new GroupLags(cluster);
        if (!groups.isEmpty()) {
            gathered.gather(groups);
        }
        return gathered;
    }

    /** Of a group, by partition; empty when it has read nothing, or nobody tells. */
    Map<TopicPartition, Lag> of(String group) {
        return lags.getOrDefault(group, Map.of());
    }

    /** Why nothing is known of a group; null when that is not so. */
    String problem(String group) {
        return problems.get(group);
    }

    private void gather(Collection<String> groups) throws InterruptedException {
        Admin admin = cluster.admin();
        Map<String, ListConsumerGroupOffsetsSpec> asked = new HashMap<>();
        groups.forEach(group -> asked.put(group, new ListConsumerGroupOffsetsSpec()));
        ListConsumerGroupOffsetsResult answers = admin.listConsumerGroupOffsets(asked);
        Map<String, Map<TopicPartition, OffsetAndMetadata>> committed = new TreeMap<>();
        for (String group : groups) {
            try {
                committed.put(
                        group, answers.partitionsToOffsetAndMetadata(group).get());
            } catch (ExecutionException e) {
                problems.put(group, Failures.sentence(e));
            }
        }
        Set<TopicPartition> partitions = new HashSet<>();
        committed.values().forEach(offsets -> partitions.addAll(offsets.keySet()));
        Map<TopicPartition, Long> starts = offsets(admin, partitions, OffsetSpec.earliest());
        Map<TopicPartition, Long> ends = offsets(admin, partitions, OffsetSpec.latest());
        committed.forEach((group, offsets) -> {
            Map<TopicPartition, Lag> of = new TreeMap<>(Names.BY_PARTITION);
            offsets.forEach((partition, offset) -> {
                if (offset != null) {
                    of.put(partition, new Lag(offset.offset(), starts.get(partition), ends.get(partition), null));
                }
            });
            lags.put(group, of);
        });
        readAges();
    }

    /** Without those that nobody can be asked about. */
    private Map<TopicPartition, Long> offsets(Admin admin, Set<TopicPartition> partitions, OffsetSpec which)
            throws InterruptedException {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        Map<TopicPartition, Long> found = new HashMap<>();
        var image = cluster.image();
        for (TopicPartition partition : partitions) {
            var topic = image.topic(partition.topic());
            var state = topic == null ? null : topic.partition(partition.partition());
            if (state != null && state.hasLeader()) {
                asked.put(partition, which);
            }
        }
        ListOffsetsResult answers = admin.listOffsets(asked);
        for (TopicPartition partition : asked.keySet()) {
            Long offset = offset(answers, partition);
            if (offset != null) {
                found.put(partition, offset);
            }
        }
        return found;
    }

    private static Long offset(ListOffsetsResult answers, TopicPartition partition) throws InterruptedException {
        try {
            return answers.partitionResult(partition).get().offset();
        } catch (ExecutionException notTold) {
            return null;
        }
    }

    /** One record to be read, for one group. */
    private record First(String group, TopicPartition partition, long offset) {}

    private void readAges() throws InterruptedException {
        List<First> wanted = new ArrayList<>();
        lags.forEach((group, of) -> of.replaceAll((partition, lag) -> {
            Long records = lag.records();
            if (records != null && records > 0 && wanted.size() < MAX_READ) {
                wanted.add(new First(group, partition, Math.max(lag.committed, lag.start)));
            }
            return records != null && records == 0 ? new Lag(lag.committed, lag.start, lag.end, 0L) : lag;
        }));
        if (wanted.isEmpty()) {
            return;
        }
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(cluster.bootstrap())) {
            long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(READ_MS);
            // A consumer reads a partition at one place: groups that stand at different ones take turns.
            while (!wanted.isEmpty() && System.nanoTime() < deadlineNs) {
                Map<TopicPartition, Long> round = new HashMap<>();
                wanted.forEach(first -> round.putIfAbsent(first.partition, first.offset));
                Map<TopicPartition, Long> times = times(consumer, round, deadlineNs);
                wanted.removeIf(first -> round.get(first.partition) == first.offset && settle(first, times));
                if (times.size() < round.size()) {
                    return;
                }
            }
        }
    }

    private boolean settle(First first, Map<TopicPartition, Long> times) {
        Long time = times.get(first.partition);
        if (time != null) {
            long age = Math.max(0, System.currentTimeMillis() - time);
            lags.get(first.group)
                    .computeIfPresent(first.partition, (id, lag) -> new Lag(lag.committed, lag.start, lag.end, age));
        }
        return true;
    }

    private static Map<TopicPartition, Long> times(
            KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> places, long deadlineNs) {
        consumer.assign(places.keySet());
        places.forEach(consumer::seek);
        Map<TopicPartition, Long> times = new HashMap<>();
        while (times.size() < places.size() && System.nanoTime() < deadlineNs) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(POLL_MS))) {
                TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                times.putIfAbsent(partition, record.timestamp());
                consumer.pause(List.of(partition));
            }
        }
        return times;
    }

    /** Takes one batch at a time, and leaves no trace in the cluster. */
    private static KafkaConsumer<byte[], byte[]> consumer(String bootstrap) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        settings.put(ConsumerConfig.CLIENT_ID_CONFIG, "shiplog-tool");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, ONE_BATCH);
        settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        return new KafkaConsumer<>(settings);
    }
}
