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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResultCollection;
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
        List<DeletableTopicResult> results = new ArrayList<>();
        MetadataImage image = cluster.image();
        List<TopicSelector> asked = sort(topics(request, exchange.header().version()), image, results);
        if (asked.isEmpty()) {
            exchange.respond(response(results));
            return;
        }
        Later.on(
                admin.deleteTopics(asked, Origins.of(exchange), request.timeoutMs()), exchange, (outcomes, failure) -> {
                    addOutcomes(results, image, asked, outcomes, failure);
                    exchange.respond(response(results));
                });
    }

    /** Those that the controller decides; the others are answered, as Kafka's ControllerApis.deleteTopics does. */
    private static List<TopicSelector> sort(
            List<DeleteTopicState> topics, MetadataImage image, List<DeletableTopicResult> results) {
        Map<String, Integer> names = new LinkedHashMap<>();
        Map<Uuid, Integer> ids = new LinkedHashMap<>();
        for (DeleteTopicState topic : topics) {
            boolean byId = !topic.topicId().equals(Uuid.ZERO_UUID);
            if (byId == (topic.name() != null)) {
                String fault = byId
                        ? "You may not specify both topic name and topic id."
                        : "Neither topic name nor id were specified.";
                results.add(result(topic.name(), topic.topicId(), Errors.INVALID_REQUEST, fault));
            } else if (byId) {
                ids.merge(topic.topicId(), 1, Integer::sum);
            } else {
                names.merge(topic.name(), 1, Integer::sum);
            }
        }
        List<TopicSelector> asked = new ArrayList<>();
        names.forEach((name, times) -> {
            TopicImage known = image.topic(name);
            if (times > 1) {
                results.add(result(name, null, Errors.INVALID_REQUEST, "Duplicate topic name."));
            } else if (name.isEmpty()) {
                results.add(result(name, null, Errors.UNKNOWN_TOPIC_OR_PARTITION, null));
            } else if (known != null && ids.containsKey(known.id())) {
                String fault = "The topic that has this name is also named by its id.";
                results.add(result(name, known.id(), Errors.INVALID_REQUEST, fault));
                ids.computeIfPresent(known.id(), (id, before) -> before == 1 ? null : before);
            } else {
                asked.add(TopicSelector.byName(name));
            }
        });
        ids.forEach((id, times) -> {
            if (times > 1) {
                results.add(result(null, id, Errors.INVALID_REQUEST, "Duplicate topic id."));
            } else {
                asked.add(TopicSelector.byId(id));
            }
        });
        return asked;
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
            List<DeletableTopicResult> results,
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
            results.add(result(name, id, error, message));
        }
    }

    /** The collection is a table of names, as the one of {@link MetadataHandler}: each has a name of its own until all are there. */
    private static DeleteTopicsResponseData response(List<DeletableTopicResult> results) {
        DeletableTopicResultCollection table = new DeletableTopicResultCollection(2 * results.size());
        List<String> names = new ArrayList<>(results.size());
        for (DeletableTopicResult result : results) {
            names.add(result.name());
            table.add(result.setName(Integer.toString(names.size())));
        }
        for (int i = 0; i < names.size(); i++) {
            results.get(i).setName(names.get(i));
        }
        return new DeleteTopicsResponseData().setResponses(table);
    }

    private static DeletableTopicResult result(String name, Uuid id, Errors error, String message) {
        return new DeletableTopicResult()
                .setName(name)
                .setTopicId(id == null ? Uuid.ZERO_UUID : id)
                .setErrorCode(error.code())
                .setErrorMessage(AdminAnswer.message(error, message));
    }
}
