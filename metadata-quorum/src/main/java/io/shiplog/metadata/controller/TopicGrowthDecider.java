// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.proto.CreatePartitionsCommand;
import io.shiplog.metadata.proto.CreatePartitionsResult;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.TopicGrowth;
import io.shiplog.metadata.proto.TopicResult;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;

/** Adds partitions to topics: to each topic of a call all or none, each with an outcome of its own (KIP-195). */
final class TopicGrowthDecider {
    private final ControllerSettings settings;
    private final Assignments assignments;

    TopicGrowthDecider(ControllerSettings settings) {
        this.settings = settings;
        this.assignments = new Assignments(settings.limits());
    }

    Decision decide(MetadataImage image, CreatePartitionsCommand command) {
        TopicBatch batch = new TopicBatch(image, settings.maxAtomicBytes());
        Set<String> named = new HashSet<>();
        CreatePartitionsResult.Builder results = CreatePartitionsResult.newBuilder();
        for (TopicGrowth growth : command.getTopicsList()) {
            Refusal refusal = named.add(growth.getTopic())
                    ? grow(batch, growth)
                    : new Refusal(Errors.INVALID_REQUEST, "The topic is named twice.");
            TopicResult.Builder result = TopicResult.newBuilder().setName(growth.getTopic());
            if (refusal != null) {
                result.setError(refusal.error().code()).setMessage(refusal.message());
            }
            results.addTopics(result);
        }
        return Decision.atomic(
                image.offset(),
                command.getValidateOnly() ? List.of() : batch.records(),
                MetadataResult.newBuilder().setCreatePartitions(results));
    }

    private Refusal grow(TopicBatch batch, TopicGrowth growth) {
        MetadataImage image = batch.candidate();
        TopicImage topic = image.topic(growth.getTopic());
        Refusal refusal = refusal(topic, growth, batch.records().size());
        if (refusal != null) {
            return refusal;
        }
        int first = topic.partitionCount();
        int added = growth.getCount() - first;
        int replication = topic.partition(0).replicationFactor();
        Assignments.Outcome assigned = growth.getAssignmentsCount() > 0
                ? assignments.manual(image, growth.getAssignmentsList(), first, replication)
                : assignments.placed(image, topic.id(), topic, added, replication);
        if (assigned.refusal() != null) {
            return assigned.refusal();
        }
        List<MetadataRecord> records = new ArrayList<>(added);
        boolean commit = TopicPolicy.of(image, topic.id()).commit();
        for (int i = 0; i < added; i++) {
            records.add(Assignments.record(
                    image, topic.id(), first + i, assigned.replicas().get(i), commit));
        }
        return batch.add(records);
    }

    /** @param before how many partitions the call has added to other topics */
    private Refusal refusal(TopicImage topic, TopicGrowth growth, int before) {
        if (topic == null) {
            return new Refusal(Errors.UNKNOWN_TOPIC_OR_PARTITION, Errors.UNKNOWN_TOPIC_OR_PARTITION.message());
        }
        long added = (long) growth.getCount() - topic.partitionCount();
        if (added <= 0) {
            return new Refusal(
                    Errors.INVALID_PARTITIONS, "The topic has " + topic.partitionCount() + " partitions already.");
        }
        if (before + added > settings.maxPartitionsPerCall()) {
            return new Refusal(
                    Errors.POLICY_VIOLATION,
                    "One call may create at most " + settings.maxPartitionsPerCall() + " partitions.");
        }
        if (growth.getAssignmentsCount() > 0 && growth.getAssignmentsCount() != added) {
            return new Refusal(
                    Errors.INVALID_REPLICA_ASSIGNMENT,
                    added + " partitions are to be added, but " + growth.getAssignmentsCount() + " are assigned.");
        }
        return null;
    }
}
