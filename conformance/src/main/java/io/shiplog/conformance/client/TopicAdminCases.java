// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.client;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;

/** Administration of topics, their partitions and records. */
final class TopicAdminCases {
    private static final String AREA = "admin: topics";
    private static final int KAFKA_3_0 = 3000;
    private static final int KAFKA_3_1 = 3001;

    private TopicAdminCases() {}

    static List<Case> all() {
        return List.of(
                Case.quick(AREA, "createTopics: counts, ids and configs in the answer", TopicAdminCases::create),
                Case.of(AREA, "createTopics: defaults of the cluster", TopicAdminCases::createByDefaults),
                Case.of(AREA, "createTopics: replicas by hand", TopicAdminCases::createAssigned),
                Case.of(AREA, "createTopics: validateOnly", TopicAdminCases::validateOnly),
                Case.quick(AREA, "createTopics: what is refused", TopicAdminCases::refusedTopics),
                Case.quick(AREA, "describeTopics", TopicAdminCases::describe),
                Case.of(AREA, "describeTopics by id", TopicAdminCases::describeById)
                        .since(KAFKA_3_1),
                Case.of(AREA, "describeTopics: unknown topic", TopicAdminCases::describeUnknown),
                Case.of(AREA, "listTopics, internal ones too", TopicAdminCases::list),
                Case.quick(AREA, "deleteTopics", TopicAdminCases::delete),
                Case.of(AREA, "deleteTopics by id", TopicAdminCases::deleteById).since(KAFKA_3_1),
                Case.quick(AREA, "createPartitions", TopicAdminCases::createPartitions),
                Case.of(AREA, "createPartitions: what is refused", TopicAdminCases::refusedPartitions),
                Case.quick(AREA, "listOffsets: earliest, latest, by time", TopicAdminCases::listOffsets),
                Case.of(AREA, "listOffsets: record with the latest time", TopicAdminCases::maxTimestamp)
                        .since(KAFKA_3_0),
                Case.quick(AREA, "deleteRecords", TopicAdminCases::deleteRecords),
                Case.of(AREA, "deleteRecords: out of range", TopicAdminCases::deleteTooMany),
                Case.of(AREA, "electLeaders: preferred", TopicAdminCases::electPreferred),
                Case.of(AREA, "electLeaders: unclean, where it is not needed", TopicAdminCases::electUnclean),
                Case.of(AREA, "alterPartitionReassignments, and their list", TopicAdminCases::reassign),
                Case.of(AREA, "alterPartitionReassignments: what is refused", TopicAdminCases::refusedReassignments),
                Case.of(AREA, "describeProducers", TopicAdminCases::describeProducers)
                        .since(KAFKA_3_0));
    }

    private static void create(Session session) throws Exception {
        String topic = session.fresh("topic");
        CreateTopicsResult result = session.admin()
                .createTopics(List.of(new NewTopic(topic, 3, (short) 2).configs(Map.of("retention.ms", "1234567"))));
        session.forget(topic);
        Expect.equal(session.get(result.numPartitions(topic)), 3, "the number of partitions");
        Expect.equal(session.get(result.replicationFactor(topic)), 2, "the number of replicas");
        Expect.equal(session.get(result.config(topic)).get("retention.ms").value(), "1234567", "retention.ms");
        Expect.that(!session.get(result.topicId(topic)).equals(Uuid.ZERO_UUID), "there is no topic id");
    }

    private static void createByDefaults(Session session) throws Exception {
        String topic = session.topic(new NewTopic(session.fresh("topic"), Optional.empty(), Optional.empty()));
        TopicDescription description = session.describe(topic);
        Expect.equal(description.partitions().size(), 1, "the number of partitions");
        Expect.equal(description.partitions().get(0).replicas().size(), 3, "the number of replicas");
    }

    private static void createAssigned(Session session) throws Exception {
        String topic = session.topic(new NewTopic(session.fresh("topic"), Map.of(0, List.of(3, 1), 1, List.of(2, 3))));
        List<TopicPartitionInfo> partitions = session.describe(topic).partitions();
        Expect.equal(ids(partitions.get(0).replicas()), List.of(3, 1), "the replicas of partition 0");
        Expect.equal(partitions.get(0).leader().id(), 3, "the leader of partition 0");
        Expect.equal(ids(partitions.get(1).replicas()), List.of(2, 3), "the replicas of partition 1");
    }

    private static List<Integer> ids(Collection<Node> nodes) {
        return nodes.stream().map(Node::id).toList();
    }

    private static void validateOnly(Session session) throws Exception {
        String topic = session.fresh("topic");
        CreateTopicsResult result = session.admin()
                .createTopics(List.of(new NewTopic(topic, 2, (short) 3)), new CreateTopicsOptions().validateOnly(true));
        session.get(result.all());
        Expect.equal(session.get(result.numPartitions(topic)), 2, "the number of partitions");
        Expect.that(!session.get(session.admin().listTopics().names()).contains(topic), "the topic was created");
    }

    private static void refusedTopics(Session session) throws Exception {
        String topic = session.topic(1);
        refusedTopic(session, "TopicExistsException", new NewTopic(topic, 1, (short) 3));
        refusedTopic(session, "InvalidTopicException", new NewTopic("bad/name", 1, (short) 3));
        refusedTopic(session, "InvalidTopicException", new NewTopic("..", 1, (short) 3));
        refusedTopic(session, "InvalidTopicException", new NewTopic("x".repeat(250), 1, (short) 3));
        refusedTopic(session, "InvalidReplicationFactorException", new NewTopic(session.fresh("topic"), 1, (short) 9));
        refusedTopic(session, "InvalidReplicationFactorException", new NewTopic(session.fresh("topic"), 1, (short) 0));
        refusedTopic(session, "InvalidPartitionsException", new NewTopic(session.fresh("topic"), 0, (short) 3));
        refusedTopic(
                session,
                "InvalidReplicaAssignmentException",
                new NewTopic(session.fresh("topic"), Map.of(0, List.of(1, 1))));
        refusedTopic(
                session,
                "InvalidReplicaAssignmentException",
                new NewTopic(session.fresh("topic"), Map.of(0, List.of(1, 77))));
        refusedTopic(
                session,
                "InvalidConfigurationException",
                new NewTopic(session.fresh("topic"), 1, (short) 3).configs(Map.of("retention.ms", "soon")));
        refusedTopic(
                session,
                "InvalidConfigurationException",
                new NewTopic(session.fresh("topic"), 1, (short) 3).configs(Map.of("no.such.setting", "1")));
    }

    private static void refusedTopic(Session session, String exception, NewTopic topic) throws Exception {
        Expect.refused(
                exception,
                () -> session.get(session.admin().createTopics(List.of(topic)).all()));
    }

    private static void describe(Session session) throws Exception {
        String topic = session.topic(3);
        TopicDescription description = session.describe(topic);
        Expect.equal(description.name(), topic, "the name");
        Expect.that(!description.isInternal(), "it is internal");
        for (int i = 0; i < 3; i++) {
            TopicPartitionInfo partition = description.partitions().get(i);
            Expect.equal(partition.partition(), i, "the partition");
            Expect.equal(partition.replicas().size(), 3, "the number of replicas");
            Expect.equal(Set.copyOf(partition.isr()), Set.copyOf(partition.replicas()), "the in-sync replicas");
            Expect.equal(partition.leader(), partition.replicas().get(0), "the leader");
        }
    }

    private static void describeById(Session session) throws Exception {
        String topic = session.topic(2);
        Uuid id = topicId(session, topic);
        Object ids = topicIds(id);
        Object result = Newer.call(session.admin(), "describeTopics", ids);
        Map<?, ?> descriptions = (Map<?, ?>) session.outcome(Newer.call(result, "allTopicIds"));
        TopicDescription description = (TopicDescription) descriptions.get(id);
        Expect.equal(description.name(), topic, "the name");
        Expect.refused(
                "UnknownTopicIdException",
                () -> session.outcome(Newer.call(
                        Newer.call(session.admin(), "describeTopics", topicIds(Uuid.randomUuid())), "allTopicIds")));
    }

    private static Uuid topicId(Session session, String topic) throws Exception {
        return (Uuid) Newer.call(session.describe(topic), "topicId");
    }

    private static Object topicIds(Uuid id) throws Exception {
        return Newer.callStatic("org.apache.kafka.common.TopicCollection", "ofTopicIds", List.of(id));
    }

    private static void describeUnknown(Session session) throws Exception {
        Expect.refused("UnknownTopicOrPartitionException", () -> session.describe(session.fresh("nothing")));
        Expect.refused("InvalidTopicException", () -> session.describe("bad/name"));
    }

    private static void list(Session session) throws Exception {
        String topic = session.topic(1);
        Expect.that(session.get(session.admin().listTopics().names()).contains(topic), "the topic is not listed");
        session.consumer(Map.of("group.id", session.fresh("group"))).committed(Set.of(new TopicPartition(topic, 0)));
        Set<String> all = session.get(session.admin()
                .listTopics(new ListTopicsOptions().listInternal(true))
                .names());
        Expect.that(all.contains("__consumer_offsets"), "__consumer_offsets is not listed");
        Expect.that(
                !session.get(session.admin().listTopics().names()).contains("__consumer_offsets"),
                "__consumer_offsets is listed though it is internal");
    }

    private static void delete(Session session) throws Exception {
        String topic = session.topic(1);
        session.get(session.admin().deleteTopics(List.of(topic)).all());
        Expect.eventually(
                "it is gone",
                () -> !session.get(session.admin().listTopics().names()).contains(topic));
        Expect.refused(
                "UnknownTopicOrPartitionException",
                () -> session.get(session.admin().deleteTopics(List.of(topic)).all()));
    }

    private static void deleteById(Session session) throws Exception {
        String topic = session.topic(1);
        Object ids = topicIds(topicId(session, topic));
        session.outcome(Newer.call(Newer.call(session.admin(), "deleteTopics", ids), "all"));
        Expect.eventually(
                "it is gone",
                () -> !session.get(session.admin().listTopics().names()).contains(topic));
        Expect.refused(
                "UnknownTopicIdException",
                () -> session.outcome(Newer.call(Newer.call(session.admin(), "deleteTopics", ids), "all")));
    }

    private static void createPartitions(Session session) throws Exception {
        String topic = session.topic(1);
        session.get(session.admin()
                .createPartitions(Map.of(
                        topic, NewPartitions.increaseTo(3, List.of(List.of(2, 3, 1), List.of(3, 1, 2)))))
                .all());
        Expect.eventually(
                "there are three", () -> session.describe(topic).partitions().size() == 3);
        session.awaitLeaders(topic);
        Expect.equal(
                ids(session.describe(topic).partitions().get(1).replicas()),
                List.of(2, 3, 1),
                "the replicas of partition 1");
        session.write(topic, 2, 1);
    }

    private static void refusedPartitions(Session session) throws Exception {
        String topic = session.topic(3);
        for (int count : new int[] {3, 2}) {
            Expect.refused(
                    "InvalidPartitionsException",
                    () -> session.get(session.admin()
                            .createPartitions(Map.of(topic, NewPartitions.increaseTo(count)))
                            .all()));
        }
        Expect.refused(
                "InvalidReplicaAssignmentException",
                () -> session.get(session.admin()
                        .createPartitions(Map.of(topic, NewPartitions.increaseTo(4, List.of(List.of(1, 77, 2)))))
                        .all()));
        Expect.refused(
                "UnknownTopicOrPartitionException",
                () -> session.get(session.admin()
                        .createPartitions(Map.of(session.fresh("nothing"), NewPartitions.increaseTo(4)))
                        .all()));
    }

    private static ListOffsetsResultInfo offset(Session session, TopicPartition partition, OffsetSpec spec)
            throws Exception {
        return session.get(session.admin().listOffsets(Map.of(partition, spec)).partitionResult(partition));
    }

    private static void listOffsets(Session session) throws Exception {
        String topic = session.topic(1);
        long before = System.currentTimeMillis();
        session.write(topic, 0, 5);
        TopicPartition partition = new TopicPartition(topic, 0);
        Expect.equal(offset(session, partition, OffsetSpec.earliest()).offset(), 0L, "the earliest");
        Expect.equal(offset(session, partition, OffsetSpec.latest()).offset(), 5L, "the latest");
        Expect.equal(offset(session, partition, OffsetSpec.forTimestamp(before)).offset(), 0L, "the one by time");
        Expect.equal(
                offset(session, partition, OffsetSpec.forTimestamp(before + 3_600_000))
                        .offset(),
                -1L,
                "the one in future");
        Expect.equal(offset(session, partition, OffsetSpec.latest()).leaderEpoch(), Optional.of(0), "the leader epoch");
    }

    private static void maxTimestamp(Session session) throws Exception {
        String topic = session.topic(1);
        org.apache.kafka.clients.producer.KafkaProducer<String, String> producer = session.producer();
        long now = System.currentTimeMillis();
        for (long age : new long[] {3000, 1000, 2000}) {
            session.get(producer.send(
                    new org.apache.kafka.clients.producer.ProducerRecord<>(topic, 0, now - age, "key", "value")));
        }
        OffsetSpec spec = (OffsetSpec) Newer.callStatic("org.apache.kafka.clients.admin.OffsetSpec", "maxTimestamp");
        ListOffsetsResultInfo found = offset(session, new TopicPartition(topic, 0), spec);
        Expect.equal(found.offset(), 1L, "the offset");
        Expect.equal(found.timestamp(), now - 1000, "the time");
    }

    private static void deleteRecords(Session session) throws Exception {
        String topic = session.topic(1);
        session.write(topic, 0, 20);
        TopicPartition partition = new TopicPartition(topic, 0);
        Expect.equal(deleted(session, partition, 7), 7L, "the low watermark");
        Expect.equal(offset(session, partition, OffsetSpec.earliest()).offset(), 7L, "the earliest");
        Expect.equal(session.readAll(topic, 13).get(0).offset(), 7L, "the first record");
        Expect.equal(deleted(session, partition, 3), 7L, "the low watermark after a lower offset");
        Expect.equal(deleted(session, partition, -1), 20L, "the low watermark when all is deleted");
        Expect.equal(offset(session, partition, OffsetSpec.latest()).offset(), 20L, "the latest");
    }

    private static long deleted(Session session, TopicPartition partition, long before) throws Exception {
        Future<org.apache.kafka.clients.admin.DeletedRecords> answer = session.admin()
                .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(before)))
                .lowWatermarks()
                .get(partition);
        return session.get(answer).lowWatermark();
    }

    private static void deleteTooMany(Session session) throws Exception {
        String topic = session.topic(1);
        session.write(topic, 0, 5);
        TopicPartition partition = new TopicPartition(topic, 0);
        Expect.refused("OffsetOutOfRangeException", () -> deleted(session, partition, 6));
        Expect.refused("OffsetOutOfRangeException", () -> deleted(session, partition, -5));
        Expect.equal(offset(session, partition, OffsetSpec.earliest()).offset(), 0L, "the earliest");
    }

    /** The leader is where the first replica is: there is nothing to elect, and that is what is said. */
    private static void electPreferred(Session session) throws Exception {
        TopicPartition partition = new TopicPartition(session.topic(1), 0);
        Optional<Throwable> outcome = session.get(session.admin()
                        .electLeaders(ElectionType.PREFERRED, Set.of(partition))
                        .partitions())
                .get(partition);
        Expect.equal(outcome.orElseThrow().getClass().getSimpleName(), "ElectionNotNeededException", "the outcome");
        TopicPartition unknown = new TopicPartition(session.fresh("nothing"), 0);
        Optional<Throwable> refusal = session.get(session.admin()
                        .electLeaders(ElectionType.PREFERRED, Set.of(unknown))
                        .partitions())
                .get(unknown);
        Expect.equal(
                refusal.orElseThrow().getClass().getSimpleName(), "UnknownTopicOrPartitionException", "the refusal");
    }

    private static void electUnclean(Session session) throws Exception {
        TopicPartition partition = new TopicPartition(session.topic(1), 0);
        Optional<Throwable> outcome = session.get(session.admin()
                        .electLeaders(ElectionType.UNCLEAN, Set.of(partition))
                        .partitions())
                .get(partition);
        Expect.equal(outcome.orElseThrow().getClass().getSimpleName(), "ElectionNotNeededException", "the outcome");
    }

    private static void reassign(Session session) throws Exception {
        String topic = session.topic(new NewTopic(session.fresh("topic"), Map.of(0, List.of(1, 2))));
        session.write(topic, 0, 50);
        TopicPartition partition = new TopicPartition(topic, 0);
        session.get(session.admin()
                .alterPartitionReassignments(
                        Map.of(partition, Optional.of(new NewPartitionReassignment(List.of(3, 2)))))
                .all());
        Expect.eventually(
                "it is done",
                () -> session.get(session.admin()
                                .listPartitionReassignments(Set.of(partition))
                                .reassignments())
                        .isEmpty());
        Expect.eventually("the replicas are the new ones", () -> {
            TopicPartitionInfo now = session.describe(topic).partitions().get(0);
            return ids(now.replicas()).equals(List.of(3, 2)) && now.isr().size() == 2;
        });
        session.readAll(topic, 50);
    }

    private static void refusedReassignments(Session session) throws Exception {
        TopicPartition partition = new TopicPartition(session.topic(1), 0);
        refusedReassignment(session, "InvalidReplicaAssignmentException", partition, List.of(1, 77));
        refusedReassignment(session, "InvalidReplicaAssignmentException", partition, List.of());
        refusedReassignment(session, "InvalidReplicaAssignmentException", partition, List.of(1, 1));
        refusedReassignment(
                session,
                "UnknownTopicOrPartitionException",
                new TopicPartition(session.fresh("nothing"), 0),
                new ArrayList<>(List.of(1, 2)));
        Expect.refused(
                "NoReassignmentInProgressException",
                () -> session.get(session.admin()
                        .alterPartitionReassignments(Map.of(partition, Optional.empty()))
                        .all()));
    }

    private static void refusedReassignment(
            Session session, String exception, TopicPartition partition, List<Integer> replicas) throws Exception {
        Optional<NewPartitionReassignment> reassignment = replicas.isEmpty()
                ? Optional.of(new NewPartitionReassignment(List.of(-1)))
                : Optional.of(new NewPartitionReassignment(replicas));
        Expect.refused(
                exception,
                () -> session.get(session.admin()
                        .alterPartitionReassignments(Map.of(partition, reassignment))
                        .all()));
    }

    private static void describeProducers(Session session) throws Exception {
        String topic = session.topic(1);
        org.apache.kafka.clients.producer.KafkaProducer<String, String> producer =
                session.producer(Map.of("enable.idempotence", true));
        for (int i = 0; i < 3; i++) {
            session.get(
                    producer.send(new org.apache.kafka.clients.producer.ProducerRecord<>(topic, 0, "key", "value")));
        }
        TopicPartition partition = new TopicPartition(topic, 0);
        Object state = session.outcome(Newer.call(
                Newer.call(session.admin(), "describeProducers", List.of(partition)), "partitionResult", partition));
        List<?> producers = (List<?>) Newer.call(state, "activeProducers");
        Expect.equal(producers.size(), 1, "the number of producers");
        Expect.equal(Newer.call(producers.get(0), "lastSequence"), 2, "the last sequence");
    }
}
