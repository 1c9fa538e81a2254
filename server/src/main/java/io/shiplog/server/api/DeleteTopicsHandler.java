// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.client.TopicOutcome;
import io.shiplog.metadata.client.TopicSelector;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** DeleteTopics: by name, or from version 6 on by name or id. */
final class DeleteTopicsHandler implements RequestHandler<DeleteTopicsRequestData> {
    private static final short FIRST_WITH_TOPIC_IDS = 6;

    private final ClusterView cluster;
    private final AdminPort admin;

    DeleteTopicsHandler(ClusterView cluster, AdminPort admin) {
        this.cluster = cluster;
        this.admin = admin;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DELETE_TOPICS;
    }

    @Override
    public DeleteTopicsRequestData read(BoundedReadable body, short version) {
        return new DeleteTopicsRequestData(body, version);
    }

    @Override
    public void handle(DeleteTopicsRequestData request, Exchange exchange) {
        DeleteTopicsResponseData response = new DeleteTopicsResponseData();
        List<TopicSelector> asked = new ArrayList<>();
        MetadataImage image = cluster.image();
        Set<Object> seen = new HashSet<>();
        for (DeleteTopicState topic : topics(request, exchange.header().version())) {
            boolean byId = !topic.topicId().equals(Uuid.ZERO_UUID);
            if (byId == (topic.name() != null)) {
                response.responses()
                        .add(refusal(
                                topic.name(),
                                topic.topicId(),
                                Errors.INVALID_REQUEST,
                                byId
                                        ? "You may not specify both topic name and topic id."
                                        : "Neither topic name nor id were specified."));
            } else if (seen.add(byId ? topic.topicId() : topic.name())) {
                asked.add(byId ? TopicSelector.byId(topic.topicId()) : TopicSelector.byName(topic.name()));
            }
        }
        if (asked.isEmpty()) {
            exchange.respond(response);
            return;
        }
        Later.on(
                admin.deleteTopics(asked, Origins.of(exchange), request.timeoutMs()), exchange, (outcomes, failure) -> {
                    addOutcomes(response, image, asked, outcomes, failure);
                    exchange.respond(response);
                });
    }

    private static List<DeleteTopicState> topics(DeleteTopicsRequestData request, short version) {
        if (version >= FIRST_WITH_TOPIC_IDS) {
            return request.topics();
        }
        List<DeleteTopicState> topics = new ArrayList<>(request.topicNames().size());
        for (String name : request.topicNames()) {
            topics.add(new DeleteTopicState().setName(name));
        }
        return topics;
    }

    private static void addOutcomes(
            DeleteTopicsResponseData response,
            MetadataImage image,
            List<TopicSelector> asked,
            List<TopicOutcome> outcomes,
            Throwable failure) {
        AdminFailure told = failure == null ? null : AdminFailure.of(failure);
        for (int i = 0; i < asked.size(); i++) {
            TopicSelector topic = asked.get(i);
            TopicImage known = topic.name() == null ? image.topic(topic.topicId()) : image.topic(topic.name());
            String name = known == null ? topic.name() : known.name();
            Uuid id = known == null ? topic.topicId() : known.id();
            Errors error = told == null ? outcomes.get(i).error() : told.error();
            String message = told == null ? outcomes.get(i).message() : told.message();
            response.responses().add(refusal(name, id, error, message));
        }
    }

    private static DeletableTopicResult refusal(String name, Uuid id, Errors error, String message) {
        boolean silent = message == null || message.isEmpty();
        return new DeletableTopicResult()
                .setName(name)
                .setTopicId(id == null ? Uuid.ZERO_UUID : id)
                .setErrorCode(error.code())
                .setErrorMessage(silent ? error.message() : message);
    }
}
