// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.CreatePartitionsCommand;
import io.shiplog.metadata.proto.CreatePartitionsResult;
import io.shiplog.metadata.proto.DeleteTopicsCommand;
import io.shiplog.metadata.proto.DeleteTopicsResult;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.RemoveTopicRecord;
import io.shiplog.metadata.proto.TopicRef;
import io.shiplog.metadata.proto.TopicResult;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** Deletes topics and adds partitions to them. */
final class TopicDecider {
    private final ControllerSettings settings;
    private final Assignments assignments;

    TopicDecider(ControllerSettings settings) {
        this.settings = settings;
        this.assignments = new Assignments(settings.limits());
    }

    Decision delete(MetadataImage image, DeleteTopicsCommand command) {
        List<MetadataRecord> records = new ArrayList<>();
        Set<Uuid> deleted = new HashSet<>();
        DeleteTopicsResult.Builder results = DeleteTopicsResult.newBuilder();
        for (TopicRef ref : command.getTopicsList()) {
            boolean byName = !ref.getName().isEmpty();
            Uuid id = Uuids.fromBytes(ref.getTopicId());
            TopicImage topic = byName ? image.topic(ref.getName()) : image.topic(id);
            TopicResult.Builder result =
                    TopicResult.newBuilder().setName(ref.getName()).setTopicId(ref.getTopicId());
            if (byName != id.equals(Uuid.ZERO_UUID)) {
                result.setError(Errors.INVALID_REQUEST.code()).setMessage("A topic is named by its name or its id.");
            } else if (topic == null) {
                Errors unknown = byName ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.UNKNOWN_TOPIC_ID;
                result.setError(unknown.code()).setMessage("There is no such topic.");
            } else if (!deleted.add(topic.id())) {
                result.setError(Errors.INVALID_REQUEST.code()).setMessage("The topic is named twice.");
            } else {
                result.setName(topic.name()).setTopicId(Uuids.toBytes(topic.id()));
                records.add(ImageRecords.record()
                        .setRemoveTopic(RemoveTopicRecord.newBuilder().setTopicId(Uuids.toBytes(topic.id())))
                        .build());
            }
            results.addTopics(result);
        }
        return Decision.divisible(
                image.offset(), records, MetadataResult.newBuilder().setDeleteTopics(results));
    }

    Decision createPartitions(MetadataImage image, CreatePartitionsCommand command) {
        TopicImage topic = image.topic(command.getTopic());
        Refusal refusal = refusal(topic, command);
        if (refusal != null) {
            return refusal.decision(image.offset());
        }
        int first = topic.partitionCount();
        int added = command.getCount() - first;
        int replication = topic.partition(0).replicationFactor();
        Assignments.Outcome assigned = command.getAssignmentsCount() > 0
                ? assignments.manual(image, command.getAssignmentsList(), first, replication)
                : assignments.placed(image, topic.id(), topic, added, replication);
        if (assigned.refusal() != null) {
            return assigned.refusal().decision(image.offset());
        }
        List<MetadataRecord> records = new ArrayList<>();
        boolean commit = TopicPolicy.of(image, topic.id()).commit();
        for (int i = 0; i < added; i++) {
            records.add(Assignments.record(
                    image, topic.id(), first + i, assigned.replicas().get(i), commit));
        }
        return Decision.atomic(
                image.offset(),
                command.getValidateOnly() ? List.of() : records,
                MetadataResult.newBuilder().setCreatePartitions(CreatePartitionsResult.getDefaultInstance()));
    }

    private Refusal refusal(TopicImage topic, CreatePartitionsCommand command) {
        if (topic == null) {
            return new Refusal(Errors.UNKNOWN_TOPIC_OR_PARTITION, "There is no such topic.");
        }
        int added = command.getCount() - topic.partitionCount();
        if (added <= 0) {
            return new Refusal(
                    Errors.INVALID_PARTITIONS, "The topic has " + topic.partitionCount() + " partitions already.");
        }
        if (added > settings.maxPartitionsPerCall()) {
            return new Refusal(
                    Errors.POLICY_VIOLATION,
                    "One call may create at most " + settings.maxPartitionsPerCall() + " partitions.");
        }
        if (command.getAssignmentsCount() > 0 && command.getAssignmentsCount() != added) {
            return new Refusal(
                    Errors.INVALID_REPLICA_ASSIGNMENT,
                    added + " partitions are to be added, but " + command.getAssignmentsCount() + " are assigned.");
        }
        return null;
    }
}
