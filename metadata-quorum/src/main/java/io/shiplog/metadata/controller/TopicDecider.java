// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
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

/** Deletes topics, each of a call for itself. */
final class TopicDecider {
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
}
