// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.EffectiveTopicConfigs;
import io.shiplog.metadata.image.ListenerEndpoint;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicConfigs;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.replication.fetch.FetchCodec;
import io.shiplog.replication.fetch.FetchService;
import io.shiplog.replication.fetch.PendingFetch;
import io.shiplog.replication.fetch.SliceRecords;
import io.shiplog.server.protocol.Exchange;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.FetchResponseData.NodeEndpoint;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchRequest;

/**
 * Fetch, by consumers and followers. Only a node that is registered, under the broker epoch of its registration, fetches as a
 * follower: what a follower says moves the high watermark (CVE-2018-1288).
 */
final class FetchHandler implements RequestHandler<FetchRequestData> {
    /** A follower's request carries its broker epoch from this version on (KIP-903). */
    private static final short FIRST_WITH_BROKER_EPOCH = 15;
    /** Clients that ask in this version know zstd. */
    private static final short FIRST_WITH_ZSTD = 10;
    /** Leader hints and endpoints (KIP-951). */
    private static final short FIRST_WITH_LEADER_HINT = 16;
    /** Clients of versions up to this one do not know KAFKA_STORAGE_ERROR. */
    private static final short LAST_WITHOUT_STORAGE_ERROR = 5;

    private final ClusterView cluster;
    private final FetchService fetches;
    private final int maxElements;

    FetchHandler(ClusterView cluster, FetchService fetches, int maxElements) {
        this.cluster = cluster;
        this.fetches = fetches;
        this.maxElements = maxElements;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.FETCH;
    }

    @Override
    public FetchRequestData read(BoundedReadable body, short version) {
        return FetchCodec.decodeRequest(body.buffer(), version, maxElements);
    }

    @Override
    public void handle(FetchRequestData request, Exchange exchange) {
        short version = exchange.header().version();
        int replicaId = FetchRequest.replicaId(request);
        boolean follower = FetchRequest.isValidBrokerId(replicaId);
        if (follower && version < FIRST_WITH_BROKER_EPOCH) {
            exchange.close(
                    "a fetch as replica " + replicaId + " in version " + version + ", which has no broker epoch");
            return;
        }
        Errors refusal = follower
                ? FollowerFetches.refusal(
                        cluster.image(), replicaId, request.replicaState().replicaEpoch())
                : Errors.NONE;
        if (refusal != Errors.NONE) {
            exchange.respond(new FetchResponseData().setErrorCode(refusal.code()));
            return;
        }
        int followerId = follower ? replicaId : Exchange.CONSUMER;
        if (!follower) {
            bound(request, exchange.fetchMaxBytes());
        }
        PendingFetch fetch = fetches.fetch(version, request, response -> {
            complete(response, version, follower);
            exchange.respondFetch(response, followerId);
        });
        if (!fetch.isDone()) {
            exchange.onClosed(fetch::drop);
            exchange.onQueuedBehind(fetch::release);
        }
    }

    /** A consumer that waits for more than it may have would wait in vain. */
    private static void bound(FetchRequestData request, int maxBytes) {
        request.setMaxBytes(Math.min(request.maxBytes(), maxBytes));
        request.setMinBytes(Math.min(request.minBytes(), maxBytes));
    }

    /** Clients that cannot know zstd get nothing of topics that are kept in it (KIP-110). */
    private void refuseZstd(FetchResponseData response) {
        MetadataImage image = cluster.image();
        for (FetchableTopicResponse topic : response.responses()) {
            TopicImage known = image.topic(topic.topic());
            boolean zstd = known != null
                    && "zstd"
                            .equals(EffectiveTopicConfigs.onNode(image, cluster.nodeId(), known.id())
                                    .get(TopicConfigs.COMPRESSION_TYPE));
            if (zstd) {
                topic.partitions().forEach(FetchHandler::refuseCompression);
            }
        }
    }

    private static void refuseCompression(PartitionData partition) {
        if (partition.errorCode() != Errors.NONE.code()) {
            return;
        }
        if (partition.records() instanceof SliceRecords slice) {
            slice.slice().release();
        }
        partition
                .setRecords(MemoryRecords.EMPTY)
                .setErrorCode(Errors.UNSUPPORTED_COMPRESSION_TYPE.code())
                .setHighWatermark(-1);
    }

    /** Adds what the fetch service cannot know: who leads a partition that is not here, and where leaders are reached. */
    private void complete(FetchResponseData response, short version, boolean follower) {
        if (version < FIRST_WITH_ZSTD) {
            refuseZstd(response);
        }
        boolean hints = version >= FIRST_WITH_LEADER_HINT;
        if (!hints && version > LAST_WITHOUT_STORAGE_ERROR) {
            return;
        }
        List<FetchableTopicResponse> topics = response.responses();
        for (int i = 0; i < topics.size(); i++) {
            List<PartitionData> partitions = topics.get(i).partitions();
            for (int j = 0; j < partitions.size(); j++) {
                PartitionData partition = partitions.get(j);
                short error = partition.errorCode();
                if (error == Errors.NONE.code()) {
                    continue;
                }
                if (!hints) {
                    hideStorageError(partition);
                } else if (error == Errors.NOT_LEADER_OR_FOLLOWER.code()
                        || error == Errors.FENCED_LEADER_EPOCH.code()) {
                    nameLeader(response, topics.get(i).topicId(), partition, follower);
                }
            }
        }
    }

    private static void hideStorageError(PartitionData partition) {
        if (partition.errorCode() == Errors.KAFKA_STORAGE_ERROR.code()) {
            partition.setErrorCode(Errors.NOT_LEADER_OR_FOLLOWER.code());
        }
    }

    private void nameLeader(FetchResponseData response, Uuid topicId, PartitionData partition, boolean follower) {
        MetadataImage image = cluster.image();
        PartitionImage known = image.partition(topicId, partition.partitionIndex());
        if (known == null) {
            return;
        }
        if (partition.currentLeader().leaderEpoch() < known.leaderEpoch()) {
            partition.setCurrentLeader(
                    new LeaderIdAndEpoch().setLeaderId(known.leader()).setLeaderEpoch(known.leaderEpoch()));
        }
        int leader = partition.currentLeader().leaderId();
        ListenerEndpoint endpoint = AliveNodes.endpoint(image, leader);
        if (!follower && endpoint != null && response.nodeEndpoints().find(leader) == null) {
            response.nodeEndpoints()
                    .add(new NodeEndpoint()
                            .setNodeId(leader)
                            .setHost(endpoint.host())
                            .setPort(endpoint.port())
                            .setRack(AliveNodes.rack(image.broker(leader))));
        }
    }
}
