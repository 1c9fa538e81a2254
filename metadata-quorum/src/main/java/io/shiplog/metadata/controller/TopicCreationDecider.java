// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicConfigs;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.ConfigRecord;
import io.shiplog.metadata.proto.CreateTopicsCommand;
import io.shiplog.metadata.proto.CreateTopicsResult;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.NewTopic;
import io.shiplog.metadata.proto.TopicRecord;
import io.shiplog.metadata.proto.TopicResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** Creates topics: each topic of a call wholly or not at all, each with an outcome of its own. */
final class TopicCreationDecider {
    private final ControllerSettings settings;
    private final Assignments assignments;

    TopicCreationDecider(ControllerSettings settings) {
        this.settings = settings;
        this.assignments = new Assignments(settings.limits());
    }

    Decision decide(MetadataImage image, CreateTopicsCommand command) {
        Map<String, Integer> uses = new HashMap<>();
        for (NewTopic topic : command.getTopicsList()) {
            uses.merge(topic.getName(), 1, Integer::sum);
        }
        boolean tooMany = requestedPartitions(command) > settings.maxPartitionsPerCall();
        TopicBatch batch = new TopicBatch(image, settings.maxAtomicBytes());
        CreateTopicsResult.Builder results = CreateTopicsResult.newBuilder();
        for (NewTopic topic : command.getTopicsList()) {
            List<MetadataRecord> own = new ArrayList<>();
            TopicResult.Builder result = TopicResult.newBuilder().setName(topic.getName());
            Refusal refusal = uses.get(topic.getName()) > 1
                    ? new Refusal(Errors.INVALID_REQUEST, "The topic is named twice.")
                    : create(batch.candidate(), topic, tooMany, own, result);
            if (refusal == null) {
                refusal = batch.add(own);
            }
            if (refusal != null) {
                result.clear().setName(topic.getName());
                result.setError(refusal.error().code()).setMessage(refusal.message());
            }
            results.addTopics(result);
        }
        return Decision.atomic(
                image.offset(),
                command.getValidateOnly() ? List.of() : batch.records(),
                MetadataResult.newBuilder().setCreateTopics(results));
    }

    private long requestedPartitions(CreateTopicsCommand command) {
        long total = 0;
        for (NewTopic topic : command.getTopicsList()) {
            int own = topic.getAssignmentsCount() > 0 ? topic.getAssignmentsCount() : topic.getPartitions();
            total += own == -1 ? settings.defaultPartitions() : Math.max(own, 0);
        }
        return total;
    }

    /** Appends the records of one topic and fills in its result; or says why not. */
    private Refusal create(
            MetadataImage image,
            NewTopic topic,
            boolean tooMany,
            List<MetadataRecord> records,
            TopicResult.Builder result) {
        Uuid id = Uuids.fromBytes(topic.getTopicId());
        TopicImage existing = image.topic(topic.getName());
        if (existing != null && existing.id().equals(id)) {
            describe(existing, result);
            return null;
        }
        Refusal refusal = TopicNames.refusal(image, topic.getName());
        if (refusal == null) {
            refusal = refusalOfConfigs(topic.getConfigsMap());
        }
        if (refusal != null) {
            return refusal;
        }
        if (tooMany) {
            return new Refusal(
                    Errors.POLICY_VIOLATION,
                    "One call may create at most " + settings.maxPartitionsPerCall() + " partitions.");
        }
        if (id.equals(Uuid.ZERO_UUID) || image.topic(id) != null) {
            return new Refusal(Errors.INVALID_REQUEST, "The topic has no new id.");
        }
        Assignments.Outcome assigned = assign(image, id, topic);
        if (assigned.refusal() != null) {
            return assigned.refusal();
        }
        write(image, id, topic, assigned.replicas(), records);
        result.setTopicId(topic.getTopicId())
                .setPartitions(assigned.replicas().size())
                .setReplicationFactor(assigned.replicas().get(0).length);
        return null;
    }

    /** The command comes again, because its first answer was lost with the controller that decided it. */
    private static void describe(TopicImage created, TopicResult.Builder result) {
        result.setTopicId(Uuids.toBytes(created.id()))
                .setPartitions(created.partitionCount())
                .setReplicationFactor(created.partition(0).replicas().length);
    }

    private static Refusal refusalOfConfigs(Map<String, String> configs) {
        for (Map.Entry<String, String> config : new TreeMap<>(configs).entrySet()) {
            String problem = TopicConfigs.problem(config.getKey(), config.getValue());
            if (problem != null) {
                return new Refusal(Errors.INVALID_CONFIG, problem);
            }
        }
        return null;
    }

    private Assignments.Outcome assign(MetadataImage image, Uuid id, NewTopic topic) {
        int replication = topic.getReplicationFactor();
        int partitions = topic.getPartitions();
        if (topic.getAssignmentsCount() > 0) {
            return replication != -1 || partitions != -1
                    ? Assignments.Outcome.refused(
                            Errors.INVALID_REQUEST,
                            "With an assignment, number of partitions and replication factor must be -1.")
                    : assignments.manual(image, topic.getAssignmentsList(), 0, 0);
        }
        if (replication < -1 || replication == 0 || replication > Short.MAX_VALUE) {
            return Assignments.Outcome.refused(
                    Errors.INVALID_REPLICATION_FACTOR, "Replication factor must be positive, or -1 for the default.");
        }
        if (partitions < -1 || partitions == 0) {
            return Assignments.Outcome.refused(
                    Errors.INVALID_PARTITIONS, "Number of partitions must be positive, or -1 for the default.");
        }
        int brokers = (int)
                image.brokers().stream().filter(broker -> !broker.cordoned()).count();
        int defaultReplication = Math.max(1, Math.min(settings.defaultReplicationFactor(), brokers));
        return assignments.placed(
                image,
                id,
                null,
                partitions == -1 ? settings.defaultPartitions() : partitions,
                replication == -1 ? defaultReplication : replication);
    }

    private static void write(
            MetadataImage image, Uuid id, NewTopic topic, List<int[]> replicas, List<MetadataRecord> records) {
        records.add(ImageRecords.record()
                .setTopic(
                        TopicRecord.newBuilder().setTopicId(topic.getTopicId()).setName(topic.getName()))
                .build());
        Map<String, String> configs = new TreeMap<>(topic.getConfigsMap());
        for (Map.Entry<String, String> config : configs.entrySet()) {
            records.add(ImageRecords.record()
                    .setConfig(ConfigRecord.newBuilder()
                            .setResource(ImageRecords.topicResource(id))
                            .setKey(config.getKey())
                            .setValue(config.getValue()))
                    .build());
        }
        boolean commit = TopicPolicy.of(image, configs).commit();
        for (int partition = 0; partition < replicas.size(); partition++) {
            records.add(Assignments.record(image, id, partition, replicas.get(partition), commit));
        }
    }
}
