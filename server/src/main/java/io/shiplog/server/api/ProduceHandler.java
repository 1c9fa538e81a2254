// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.ListenerEndpoint;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.replication.runtime.ProduceCallback;
import io.shiplog.server.protocol.Exchange;
import io.shiplog.server.protocol.RequestHeader;
import io.shiplog.storage.batch.RecordError;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.ProduceResponseData.NodeEndpoint;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * Produce: appends each partition's batch where it lies in the received buffer, and answers when the last partition has
 * its promise kept or refused.
 */
final class ProduceHandler implements BodyHandler<ProduceRequestView> {
    private static final short FIRST_WITH_LEADER_HINT = 10;
    private static final short NO_ACK = 0;

    private final ClusterView cluster;
    private final PartitionAccess partitions;
    /** None while a request is being handled: within that another one may be, since an answer may let another connection go on. */
    private ProduceRequestView spare = new ProduceRequestView();

    ProduceHandler(ClusterView cluster, PartitionAccess partitions) {
        this.cluster = cluster;
        this.partitions = partitions;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.PRODUCE;
    }

    @Override
    public ProduceRequestView read(ByteBuffer body, RequestHeader header) {
        ProduceRequestView view = spare == null ? new ProduceRequestView() : spare;
        view.wrap(body, header);
        spare = null;
        return view;
    }

    @Override
    public void handle(ProduceRequestView request, Exchange exchange) {
        try {
            new Produce(request.acks(), exchange).run(request);
        } finally {
            request.release();
            spare = request;
        }
    }

    /** One request: counts its partitions down. Keeps nothing of the request's bytes. On the loop. */
    private final class Produce {
        private final short acks;
        private final Exchange exchange;
        private final MetadataImage image = cluster.image();
        private final ProduceResponseData response = new ProduceResponseData();
        private int unanswered = 1; // one for run() itself, so that the last callback within it does not answer early
        private Errors firstError = Errors.NONE;

        Produce(short acks, Exchange exchange) {
            this.acks = acks;
            this.exchange = exchange;
        }

        void run(ProduceRequestView request) {
            Errors refusal = refusalOfAll(request);
            while (request.nextTopic()) {
                if (request.partitionsLeft() > 0) {
                    runTopic(request, refusal);
                }
            }
            countDown();
        }

        private void runTopic(ProduceRequestView request, Errors refusal) {
            List<PartitionProduceResponse> answers = new ArrayList<>(request.partitionsLeft());
            String name = request.topicName();
            Uuid id = request.topicId();
            response.responses()
                    .add(new TopicProduceResponse().setName(name).setTopicId(id).setPartitionResponses(answers));
            TopicImage topic = namesTopics() ? image.topic(name) : image.topic(id);
            while (request.nextPartition()) {
                PartitionAnswer answer = new PartitionAnswer(topic, request.partition());
                answers.add(answer.response);
                unanswered++;
                if (refusal == Errors.NONE) {
                    append(topic, request, answer);
                } else {
                    answer.refuse(refusal, null);
                }
            }
        }

        private Errors refusalOfAll(ProduceRequestView request) {
            if (acks < -1 || acks > 1) {
                return Errors.INVALID_REQUIRED_ACKS;
            }
            // there is no transaction coordinator: nobody can have been given a transactional id
            return request.isTransactional() ? Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED : Errors.NONE;
        }

        private boolean namesTopics() {
            return exchange.header().version() < ProduceRequestView.FIRST_WITH_TOPIC_IDS;
        }

        private void append(TopicImage topic, ProduceRequestView request, PartitionAnswer answer) {
            if (topic == null) {
                answer.refuse(namesTopics() ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.UNKNOWN_TOPIC_ID, null);
                return;
            }
            if (topic.partition(request.partition()) == null) {
                answer.refuse(Errors.UNKNOWN_TOPIC_OR_PARTITION, null);
                return;
            }
            if (Topic.isInternal(topic.name())) {
                // a record among those of a coordinator would be taken for its own
                answer.refuse(Errors.INVALID_TOPIC_EXCEPTION, null);
                return;
            }
            ByteBuffer batch = request.records();
            ProducedBatch.Fault fault = ProducedBatch.fault(exchange.header().version(), batch);
            if (fault != null) {
                answer.refuse(fault.error(), fault.message());
            } else {
                partitions.produce(topic.id(), request.partition(), batch, acks, request.timeoutMs(), answer);
            }
        }

        private void countDown() {
            if (--unanswered > 0) {
                return;
            }
            if (acks != NO_ACK) {
                exchange.respond(response);
            } else if (firstError == Errors.NONE) {
                exchange.respondNothing();
            } else {
                // there is no answer to carry the error: closing makes the producer look for the leader anew
                exchange.close("a produce request with acks=0 failed: " + firstError);
            }
        }

        /** Where a partition's outcome goes. */
        private final class PartitionAnswer implements ProduceCallback {
            private final PartitionProduceResponse response = new PartitionProduceResponse();
            private final TopicImage topic;

            PartitionAnswer(TopicImage topic, int partition) {
                this.topic = topic;
                response.setIndex(partition);
            }

            void refuse(Errors error, String message) {
                complete(error, -1, -1, -1, message);
            }

            @Override
            public void refusedRecords(List<RecordError> records) {
                for (RecordError record : records) {
                    response.recordErrors()
                            .add(new BatchIndexAndErrorMessage()
                                    .setBatchIndex(record.batchIndex())
                                    .setBatchIndexErrorMessage(record.message()));
                }
            }

            @Override
            public void complete(
                    Errors error, long baseOffset, long logAppendTimeMs, long logStartOffset, String message) {
                response.setErrorCode(error.code())
                        .setBaseOffset(baseOffset)
                        .setLogAppendTimeMs(logAppendTimeMs)
                        .setLogStartOffset(logStartOffset)
                        .setErrorMessage(message);
                if (error != Errors.NONE) {
                    firstError = firstError == Errors.NONE ? error : firstError;
                    if (error == Errors.NOT_LEADER_OR_FOLLOWER
                            && exchange.header().version() >= FIRST_WITH_LEADER_HINT) {
                        nameLeader(topic.id(), response);
                    }
                }
                countDown();
            }
        }

        /** Tells where the leader is now, so that the client need not ask for metadata (KIP-951). */
        private void nameLeader(Uuid topicId, PartitionProduceResponse answer) {
            MetadataImage now = cluster.image();
            PartitionImage partition = now.partition(topicId, answer.index());
            if (partition == null) {
                return;
            }
            answer.setCurrentLeader(
                    new LeaderIdAndEpoch().setLeaderId(partition.leader()).setLeaderEpoch(partition.leaderEpoch()));
            ListenerEndpoint endpoint = AliveNodes.endpoint(now, partition.leader());
            if (endpoint != null && response.nodeEndpoints().find(partition.leader()) == null) {
                response.nodeEndpoints()
                        .add(new NodeEndpoint()
                                .setNodeId(partition.leader())
                                .setHost(endpoint.host())
                                .setPort(endpoint.port())
                                .setRack(AliveNodes.rack(now.broker(partition.leader()))));
            }
        }
    }
}
