// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.client.NewTopicSpec;
import io.shiplog.metadata.client.ProducerIdBlock;
import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.client.RequestOrigin;
import io.shiplog.metadata.client.TopicOutcome;
import io.shiplog.metadata.client.TopicSelector;
import io.shiplog.metadata.proto.MetadataCommand;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;

/**
 * What clients ask of the controller through this node; the methods are those of {@link
 * io.shiplog.metadata.client.MetadataClient}. Futures may complete on any thread, and fail with {@link
 * io.shiplog.metadata.client.MetadataRefusal} or {@link io.shiplog.metadata.client.MetadataUnavailable}.
 */
public interface AdminPort {
    /** One outcome per topic, in the order of the topics. */
    CompletableFuture<List<TopicOutcome>> createTopics(
            List<NewTopicSpec> topics, boolean validateOnly, RequestOrigin origin, int timeoutMs);

    /** One outcome per topic, in the order of the topics. */
    CompletableFuture<List<TopicOutcome>> deleteTopics(List<TopicSelector> topics, RequestOrigin origin, int timeoutMs);

    CompletableFuture<ProducerIdBlock> allocateProducerIds();

    /**
     * Gives the controller a command for a client. A command whose fate is not known is given again while there is time, which
     * the answer tells. Answered when this node's own image shows what was done.
     *
     * @param command   one that does no harm when it is carried out twice
     * @param timeoutMs 0 or less: as long as this node thinks fit
     * @return never fails: all that can go wrong is an answer
     */
    CompletableFuture<AdminAnswer> submit(MetadataCommand.Builder command, RequestOrigin origin, int timeoutMs);

    /** The metadata quorum as the active controller sees it. */
    CompletableFuture<QuorumDescription> describeQuorum();

    /**
     * Makes a quorum node a voter; the answer tells an error or none.
     *
     * @param clusterId "" when the client names none
     * @param timeoutMs 0 or less: as long as this node thinks fit
     * @return never fails
     */
    CompletableFuture<AdminAnswer> addQuorumVoter(String clusterId, int nodeId, Uuid directoryId, int timeoutMs);

    /** Takes a voter out of the quorum; as {@link #addQuorumVoter}. */
    CompletableFuture<AdminAnswer> removeQuorumVoter(String clusterId, int nodeId, Uuid directoryId, int timeoutMs);
}
