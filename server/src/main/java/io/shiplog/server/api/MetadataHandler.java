// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.ListenerEndpoint;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBrokerCollection;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopicCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * Metadata: the alive nodes, and topics by name, by id or all of them. One that is asked for by name and unknown is created where the
 * node is set so and the client allows it. Follows Kafka's KRaftMetadataCache and KafkaApis.getTopicMetadata.
 */
final class MetadataHandler implements RequestHandler<MetadataRequestData> {
    /** Version 0 asks for all topics by an empty list, the others by none. */
    private static final short FIRST_WITH_NULL_FOR_ALL = 1;

    private static final short FIRST_WITH_LISTENER_ERROR = 6;
    private static final short FIRST_WITH_TOPIC_IDS = 12;

    private final ClusterView cluster;
    private final TopicAutoCreation autoCreation;

    MetadataHandler(ClusterView cluster, TopicAutoCreation autoCreation) {
        this.cluster = cluster;
        this.autoCreation = autoCreation;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.METADATA;
    }

    @Override
    public MetadataRequestData read(BoundedReadable body, short version) {
        return new MetadataRequestData(body, version);
    }

    @Override
    public void handle(MetadataRequestData request, Exchange exchange) {
        MetadataImage image = cluster.image();
        short version = exchange.header().version();
        if (version < FIRST_WITH_TOPIC_IDS && goesByMoreThanNames(request)) {
            exchange.respond(refusal(request));
            return;
        }
        MetadataResponseTopicCollection topics = topics(image, request, version);
        if (request.includeTopicAuthorizedOperations()) {
            tellOperations(topics);
        }
        if (autoCreation.isEnabled() && request.allowAutoTopicCreation()) {
            createUnknown(topics, exchange);
        }
        exchange.respond(new MetadataResponseData()
                .setClusterId(image.clusterId())
                .setControllerId(AliveNodes.controller(cluster))
                .setClusterAuthorizedOperations(
                        request.includeClusterAuthorizedOperations()
                                ? AuthorizedOperations.OF_CLUSTER
                                : AuthorizedOperations.NOT_ASKED_FOR)
                .setBrokers(aliveBrokers(image))
                .setTopics(topics));
    }

    /** Versions 10 and 11 have room for ids and for topics without a name, but nothing for them to mean. */
    private static boolean goesByMoreThanNames(MetadataRequestData request) {
        if (request.topics() != null) {
            for (MetadataRequestTopic topic : request.topics()) {
                if (topic.name() == null || !topic.topicId().equals(Uuid.ZERO_UUID)) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * As Kafka's MetadataRequest.getErrorResponse has it. The collection is a table of names, where many topics with one name take their
     * number squared: each has a name of its own until all are there.
     */
    private static MetadataResponseData refusal(MetadataRequestData request) {
        int asked = request.topics().size();
        MetadataResponseTopicCollection topics = new MetadataResponseTopicCollection(2 * asked);
        for (int i = 0; i < asked; i++) {
            topics.add(new MetadataResponseTopic()
                    .setErrorCode(Errors.INVALID_REQUEST.code())
                    .setName(Integer.toString(i))
                    .setTopicId(request.topics().get(i).topicId()));
        }
        int i = 0;
        for (MetadataResponseTopic topic : topics) {
            String name = request.topics().get(i++).name();
            topic.setName(name == null ? "" : name);
        }
        return new MetadataResponseData()
                .setErrorCode(Errors.INVALID_REQUEST.code())
                .setTopics(topics);
    }

    /** Of unknown topics too, as long as they go by name. */
    private static void tellOperations(MetadataResponseTopicCollection topics) {
        for (MetadataResponseTopic topic : topics) {
            if (topic.errorCode() != Errors.UNKNOWN_TOPIC_ID.code()) {
                topic.setTopicAuthorizedOperations(AuthorizedOperations.OF_TOPIC);
            }
        }
    }

    /** Those that go by name; the client hears that they are unknown, and asks again. */
    private void createUnknown(MetadataResponseTopicCollection topics, Exchange exchange) {
        List<String> unknown = new ArrayList<>();
        for (MetadataResponseTopic topic : topics) {
            if (topic.errorCode() == Errors.UNKNOWN_TOPIC_OR_PARTITION.code()) {
                unknown.add(topic.name());
            }
        }
        if (!unknown.isEmpty()) {
            autoCreation.create(unknown, Origins.of(exchange));
        }
    }

    private static MetadataResponseBrokerCollection aliveBrokers(MetadataImage image) {
        MetadataResponseBrokerCollection brokers = new MetadataResponseBrokerCollection();
        for (BrokerImage broker : image.brokers()) {
            ListenerEndpoint endpoint = AliveNodes.endpoint(image, broker.id());
            if (endpoint != null) {
                brokers.add(new MetadataResponseBroker()
                        .setNodeId(broker.id())
                        .setHost(endpoint.host())
                        .setPort(endpoint.port())
                        .setRack(AliveNodes.rack(broker)));
            }
        }
        return brokers;
    }

    private static MetadataResponseTopicCollection topics(
            MetadataImage image, MetadataRequestData request, short version) {
        int asked = request.topics() == null ? 0 : request.topics().size();
        MetadataResponseTopicCollection topics = new MetadataResponseTopicCollection(2 * asked);
        if (request.topics() == null || (request.topics().isEmpty() && version < FIRST_WITH_NULL_FOR_ALL)) {
            for (TopicImage topic : image.topics()) {
                topics.add(known(image, topic, version));
            }
            return topics;
        }
        Set<Uuid> ids = new LinkedHashSet<>();
        Set<String> names = new LinkedHashSet<>();
        for (MetadataRequestTopic topic : request.topics()) {
            if (!topic.topicId().equals(Uuid.ZERO_UUID)) {
                ids.add(topic.topicId());
            } else if (topic.name() != null) {
                names.add(topic.name());
            }
        }
        // as in Kafka: one id among the topics makes it a request by id
        if (ids.isEmpty()) {
            for (String name : names) {
                TopicImage topic = image.topic(name);
                topics.add(topic == null ? unknown(name) : known(image, topic, version));
            }
        } else {
            List<MetadataResponseTopic> nameless = new ArrayList<>();
            for (Uuid id : ids) {
                TopicImage topic = image.topic(id);
                if (topic == null) {
                    nameless.add(unknown(id));
                    topics.add(nameless.get(nameless.size() - 1));
                } else {
                    topics.add(known(image, topic, version));
                }
            }
            nameless.forEach(topic -> topic.setName(null));
        }
        return topics;
    }

    private static MetadataResponseTopic unknown(String name) {
        return new MetadataResponseTopic()
                .setErrorCode(TopicNames.errorForUnknown(name).code())
                .setName(name)
                .setIsInternal(Topic.isInternal(name));
    }

    /** With a name to be kept under among others, as in {@link #refusal}; it goes without one. */
    private static MetadataResponseTopic unknown(Uuid id) {
        return new MetadataResponseTopic()
                .setErrorCode(Errors.UNKNOWN_TOPIC_ID.code())
                .setName(id.toString())
                .setTopicId(id);
    }

    private static MetadataResponseTopic known(MetadataImage image, TopicImage topic, short version) {
        List<MetadataResponsePartition> partitions = new ArrayList<>(topic.partitionCount());
        for (int p = 0; p < topic.partitionCount(); p++) {
            partitions.add(partition(image, p, topic.partition(p), version));
        }
        return new MetadataResponseTopic()
                .setName(topic.name())
                .setTopicId(topic.id())
                .setIsInternal(Topic.isInternal(topic.name()))
                .setPartitions(partitions);
    }

    /** Version 0 leaves dead replicas out and says so by an error; later ones list all and name the offline ones apart. */
    private static MetadataResponsePartition partition(
            MetadataImage image, int index, PartitionImage partition, short version) {
        boolean aliveOnly = version == 0;
        int[] replicas = partition.replicas();
        int[] isr = partition.isr();
        List<Integer> shownReplicas = aliveOnly ? AliveNodes.aliveOf(image, replicas) : AliveNodes.list(replicas);
        List<Integer> shownIsr = aliveOnly ? AliveNodes.aliveOf(image, isr) : AliveNodes.list(isr);
        boolean leaderAlive = AliveNodes.isAlive(image, partition.leader());
        Errors error = Errors.NONE;
        if (!leaderAlive) {
            boolean registered = image.broker(partition.leader()) != null;
            error = registered && version >= FIRST_WITH_LISTENER_ERROR
                    ? Errors.LISTENER_NOT_FOUND
                    : Errors.LEADER_NOT_AVAILABLE;
        } else if (shownReplicas.size() < replicas.length || shownIsr.size() < isr.length) {
            error = Errors.REPLICA_NOT_AVAILABLE;
        }
        return new MetadataResponsePartition()
                .setErrorCode(error.code())
                .setPartitionIndex(index)
                .setLeaderId(leaderAlive ? partition.leader() : PartitionImage.NO_LEADER)
                .setLeaderEpoch(partition.leaderEpoch())
                .setReplicaNodes(shownReplicas)
                .setIsrNodes(shownIsr)
                .setOfflineReplicas(AliveNodes.offlineReplicas(image, partition));
    }
}
