// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.ListenerEndpoint;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.replication.runtime.ProduceCallback;
import io.shiplog.server.protocol.Exchange;
import io.shiplog.storage.batch.RecordError;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.ProduceResponseData.NodeEndpoint;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Produce: appends each partition's batch where it lies in the received buffer, and answers when the last partition has
 * its promise kept or refused.
 */
final class ProduceHandler implements RequestHandler<ProduceRequestData> {
    private static final short FIRST_WITH_LEADER_HINT = 10;
    private static final short FIRST_WITH_TOPIC_IDS = 13;
    private static final short NO_ACK = 0;

    private final ClusterView cluster;
    private final PartitionAccess partitions;

    ProduceHandler(ClusterView cluster, PartitionAccess partitions) {
        this.cluster = cluster;
        this.partitions = partitions;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.PRODUCE;
    }

    @Override
    public ProduceRequestData read(BoundedReadable body, short version) {
        return new ProduceRequestData(body, version);
    }

    @Override
    public void handle(ProduceRequestData request, Exchange exchange) {
        new Produce(request.acks(), exchange).run(request);
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

        void run(ProduceRequestData request) {
            Errors refusal = refusalOfAll(request);
            for (TopicProduceData topic : request.topicData()) {
                if (topic.partitionData().isEmpty()) {
                    continue;
                }
                List<PartitionProduceResponse> answers =
                        new ArrayList<>(topic.partitionData().size());
                response.responses()
                        .add(new TopicProduceResponse()
                                .setName(topic.name())
                                .setTopicId(topic.topicId())
                                .setPartitionResponses(answers));
                TopicImage image = find(topic);
                for (PartitionProduceData partition : topic.partitionData()) {
                    PartitionAnswer answer = new PartitionAnswer(image, partition.index());
                    answers.add(answer.response);
                    unanswered++;
                    if (refusal == Errors.NONE) {
                        append(image, partition, request.timeoutMs(), answer);
                    } else {
                        answer.refuse(refusal, null);
                    }
                }
            }
            countDown();
        }

        private Errors refusalOfAll(ProduceRequestData request) {
            if (acks < -1 || acks > 1) {
                return Errors.INVALID_REQUIRED_ACKS;
            }
            // there is no transaction coordinator: nobody can have been given a transactional id
            return request.transactionalId() != null ? Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED : Errors.NONE;
        }

        private TopicImage find(TopicProduceData topic) {
            return exchange.header().version() >= FIRST_WITH_TOPIC_IDS
                    ? image.topic(topic.topicId())
                    : image.topic(topic.name());
        }

        private void append(TopicImage topic, PartitionProduceData partition, int timeoutMs, PartitionAnswer answer) {
            if (topic == null) {
                boolean byId = exchange.header().version() >= FIRST_WITH_TOPIC_IDS;
                answer.refuse(byId ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION, null);
                return;
            }
            if (topic.partition(partition.index()) == null) {
                answer.refuse(Errors.UNKNOWN_TOPIC_OR_PARTITION, null);
                return;
            }
            if (Topic.isInternal(topic.name())) {
                // a record among those of a coordinator would be taken for its own
                answer.refuse(Errors.INVALID_TOPIC_EXCEPTION, null);
                return;
            }
            ByteBuffer batch = bytes(partition.records());
            ProducedBatch.Fault fault = ProducedBatch.fault(exchange.header().version(), batch);
            if (fault != null) {
                answer.refuse(fault.error(), fault.message());
            } else {
                partitions.produce(topic.id(), partition.index(), batch, acks, timeoutMs, answer);
            }
        }

        private ByteBuffer bytes(BaseRecords records) {
            return records == null ? ByteBuffer.allocate(0) : ((MemoryRecords) records).buffer();
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
