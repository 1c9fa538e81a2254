// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** What groups remember of how far they have read. */
final class OffsetCases {
    private static final String AREA = "offsets";

    private OffsetCases() {}

    static List<Case> all() {
        return List.of(
                Case.quick(AREA, "commitSync, and another member goes on there", OffsetCases::commitSync),
                Case.quick(AREA, "commitAsync", OffsetCases::commitAsync),
                Case.of(AREA, "enable.auto.commit, at close", OffsetCases::autoCommit),
                Case.of(AREA, "committed with metadata and leader epoch", OffsetCases::metadata),
                Case.of(AREA, "metadata that is too long is refused", OffsetCases::longMetadata),
                Case.of(AREA, "nothing committed", OffsetCases::nothing),
                Case.of(
                        AREA,
                        "commit without members, by a consumer that is assigned by hand",
                        OffsetCases::withoutMembers),
                Case.of(AREA, "auto.offset.reset earliest and latest", OffsetCases::reset),
                Case.of(AREA, "a committed offset that is gone is reset", OffsetCases::goneOffset),
                Case.of(AREA, "a commit of somebody who is no member is refused", OffsetCases::noMember),
                Case.of(AREA, "commits of many partitions", OffsetCases::manyPartitions));
    }

    private static void commitSync(Session session) throws Exception {
        String topic = session.topic(1);
        String group = session.fresh("group");
        session.write(topic, 0, 30);
        KafkaConsumer<String, String> first = session.consumer(Map.of("group.id", group, "max.poll.records", 10));
        first.subscribe(List.of(topic));
        session.read(first, 10);
        first.commitSync();
        Expect.equal(committed(first, topic), 10L, "what is committed");
        first.close(Duration.ofSeconds(5));
        KafkaConsumer<String, String> second = session.consumer(Map.of("group.id", group));
        second.subscribe(List.of(topic));
        Expect.equal(session.read(second, 20).get(0).offset(), 10L, "the first offset of the second member");
    }

    private static void commitAsync(Session session) throws Exception {
        String topic = session.topic(1);
        session.write(topic, 0, 10);
        KafkaConsumer<String, String> consumer = session.consumer(Map.of("group.id", session.fresh("group")));
        consumer.subscribe(List.of(topic));
        session.read(consumer, 10);
        CompletableFuture<Map<TopicPartition, OffsetAndMetadata>> done = new CompletableFuture<>();
        consumer.commitAsync((offsets, failure) -> {
            if (failure == null) {
                done.complete(offsets);
            } else {
                done.completeExceptionally(failure);
            }
        });
        Expect.eventually("the commit is answered", () -> {
            consumer.poll(Duration.ofMillis(50));
            return done.isDone();
        });
        Expect.equal(done.get().get(new TopicPartition(topic, 0)).offset(), 10L, "what was committed");
        Expect.equal(committed(consumer, topic), 10L, "what is committed");
    }

    private static void autoCommit(Session session) throws Exception {
        String topic = session.topic(1);
        String group = session.fresh("group");
        session.write(topic, 0, 10);
        KafkaConsumer<String, String> first = session.consumer(Map.of("group.id", group, "enable.auto.commit", true));
        first.subscribe(List.of(topic));
        session.read(first, 10);
        first.close(Duration.ofSeconds(5));
        Expect.equal(committed(session.consumer(Map.of("group.id", group)), topic), 10L, "what is committed");
    }

    private static void metadata(Session session) throws Exception {
        String topic = session.topic(1);
        session.write(topic, 0, 5);
        TopicPartition partition = new TopicPartition(topic, 0);
        KafkaConsumer<String, String> consumer = session.consumer(Map.of("group.id", session.fresh("group")));
        consumer.assign(List.of(partition));
        consumer.commitSync(Map.of(partition, new OffsetAndMetadata(3, java.util.Optional.of(0), "up to here")));
        OffsetAndMetadata committed = consumer.committed(Set.of(partition)).get(partition);
        Expect.equal(committed.offset(), 3L, "the offset");
        Expect.equal(committed.metadata(), "up to here", "the metadata");
        Expect.equal(committed.leaderEpoch().orElse(-1), 0, "the leader epoch");
    }

    private static void longMetadata(Session session) throws Exception {
        String topic = session.topic(1);
        TopicPartition partition = new TopicPartition(topic, 0);
        KafkaConsumer<String, String> consumer = session.consumer(Map.of("group.id", session.fresh("group")));
        consumer.assign(List.of(partition));
        Expect.refused(
                "OffsetMetadataTooLarge",
                () -> consumer.commitSync(Map.of(partition, new OffsetAndMetadata(3, "x".repeat(5000)))));
        Expect.equal(consumer.committed(Set.of(partition)).get(partition), null, "what is committed");
    }

    private static void nothing(Session session) throws Exception {
        String topic = session.topic(1);
        KafkaConsumer<String, String> consumer = session.consumer(Map.of("group.id", session.fresh("group")));
        TopicPartition partition = new TopicPartition(topic, 0);
        Expect.equal(consumer.committed(Set.of(partition)).get(partition), null, "what is committed");
    }

    private static void withoutMembers(Session session) throws Exception {
        String topic = session.topic(2);
        session.write(topic, 1, 10);
        String group = session.fresh("group");
        TopicPartition partition = new TopicPartition(topic, 1);
        KafkaConsumer<String, String> consumer = session.consumer(Map.of("group.id", group));
        consumer.assign(List.of(partition));
        session.read(consumer, 10);
        consumer.commitSync();
        KafkaConsumer<String, String> second = session.consumer(Map.of("group.id", group));
        second.assign(List.of(partition));
        session.write(topic, 1, 1);
        Expect.equal(session.read(second, 1).get(0).offset(), 10L, "where the second goes on");
    }

    private static void reset(Session session) throws Exception {
        String topic = session.topic(1);
        session.write(topic, 0, 10);
        KafkaConsumer<String, String> earliest = session.consumer(Map.of("group.id", session.fresh("group")));
        earliest.subscribe(List.of(topic));
        session.read(earliest, 10);
        KafkaConsumer<String, String> latest =
                session.consumer(Map.of("group.id", session.fresh("group"), "auto.offset.reset", "latest"));
        latest.subscribe(List.of(topic));
        Expect.eventually("the latest is found", () -> {
            latest.poll(Duration.ofMillis(100));
            return !latest.assignment().isEmpty() && latest.position(new TopicPartition(topic, 0)) == 10;
        });
        session.write(topic, 0, 1);
        Expect.equal(session.read(latest, 1).get(0).offset(), 10L, "the first offset");
    }

    private static void goneOffset(Session session) throws Exception {
        String topic = session.topic(1);
        session.write(topic, 0, 20);
        TopicPartition partition = new TopicPartition(topic, 0);
        String group = session.fresh("group");
        KafkaConsumer<String, String> first = session.consumer(Map.of("group.id", group));
        first.assign(List.of(partition));
        first.commitSync(Map.of(partition, new OffsetAndMetadata(5)));
        session.get(session.admin()
                .deleteRecords(Map.of(partition, org.apache.kafka.clients.admin.RecordsToDelete.beforeOffset(12)))
                .all());
        KafkaConsumer<String, String> second = session.consumer(Map.of("group.id", group));
        second.subscribe(List.of(topic));
        Expect.equal(session.read(second, 8).get(0).offset(), 12L, "the first offset that is left");
    }

    private static void noMember(Session session) throws Exception {
        String topic = session.topic(1);
        session.write(topic, 0, 1);
        String group = session.fresh("group");
        KafkaConsumer<String, String> member = session.consumer(Map.of("group.id", group));
        member.subscribe(List.of(topic));
        session.read(member, 1);
        KafkaConsumer<String, String> stranger = session.consumer(Map.of("group.id", group));
        TopicPartition partition = new TopicPartition(topic, 0);
        stranger.assign(List.of(partition));
        Expect.refused(
                CommitFailedException.class.getSimpleName(),
                () -> stranger.commitSync(Map.of(partition, new OffsetAndMetadata(1))));
        member.commitSync();
        Expect.equal(committed(member, topic), 1L, "what is committed");
    }

    private static void manyPartitions(Session session) throws Exception {
        String topic = session.topic(40);
        KafkaConsumer<String, String> consumer = session.consumer(Map.of("group.id", session.fresh("group")));
        Map<TopicPartition, OffsetAndMetadata> offsets = new java.util.HashMap<>();
        for (int i = 0; i < 40; i++) {
            offsets.put(new TopicPartition(topic, i), new OffsetAndMetadata(i));
        }
        consumer.assign(offsets.keySet());
        consumer.commitSync(offsets);
        Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(offsets.keySet());
        offsets.forEach((partition, offset) ->
                Expect.equal(committed.get(partition).offset(), offset.offset(), "what is committed of " + partition));
    }

    private static long committed(KafkaConsumer<?, ?> consumer, String topic) {
        TopicPartition partition = new TopicPartition(topic, 0);
        OffsetAndMetadata committed = consumer.committed(Set.of(partition)).get(partition);
        return committed == null ? -1 : committed.offset();
    }
}
