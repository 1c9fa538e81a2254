// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.client;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.proto.DescribeHistoryRequest;
import io.shiplog.metadata.proto.DescribeHistoryResponse;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataResult;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;

/**
 * A node's connection to the metadata quorum: it follows the committed metadata, keeps the registration alive by heartbeats, and carries
 * commands to the active controller. All input and output happens on the client's own thread, so a busy caller never looks like a dead node;
 * every method may be called from any thread and none blocks.
 *
 * <p>Futures complete on the client's thread (continue on another one before doing work). They fail with {@link MetadataRefusal} when the
 * quorum said no, and with {@link MetadataUnavailable} when the outcome is not known (no active controller, a time-out, a broken connection):
 * commands are idempotent by content, so the caller looks at the image and asks again.
 */
public interface MetadataClient extends AutoCloseable {
    /** Connects and follows the metadata; never gives up, and logs one line per outage. Once only. */
    void start(MetadataListener listener);

    /** Completes as soon as a quorum node of a formed cluster has been heard. */
    CompletableFuture<String> clusterId();

    /**
     * Registers this node; heartbeats begin by themselves when it succeeds. Waits for an active controller as long as it takes. The same
     * incarnation may be sent again. Fails with {@code DUPLICATE_BROKER_REGISTRATION} or {@code INCONSISTENT_CLUSTER_ID} among others.
     */
    CompletableFuture<Registration> register(BrokerRegistration registration);

    /** Tells up to which metadata offset this node has acted (not merely received); sent with the next heartbeat. Never goes back. */
    void reportApplied(long metadataOffset);

    /**
     * Asks the controller to move leaderships away from this node; completes when it may stop. The caller bounds the wait.
     */
    CompletableFuture<Void> controlledShutdown();

    /**
     * Asks to be fenced (or, with false, takes that back): for a node that noticed that it cannot serve. The lease ends at once while it is
     * wanted.
     */
    void requestFencing(boolean wanted);

    /** Tells, with every heartbeat from now on, whether this node is slow and knows it: then no leaders are moved to it. */
    void reportDegraded(boolean degraded);

    /** Tells the controller how far logs go that it asked for. Nobody hears of an answer that is lost: the controller asks again. */
    void reportLogInfo(List<ReplicaLogInfo> infos);

    /**
     * Asks the controller to count no more on this node's replicas of these partitions, since something in them is not sound; answers in
     * their order.
     */
    CompletableFuture<List<DamageAnswer>> reportDamage(List<PartitionId> partitions);

    /** Why the controller has not let this node go yet, after {@link #controlledShutdown}; empty when it did not say. */
    String shutdownWaitsFor();

    /** The lease that acks 0 and 1 need. */
    Lease lease();

    CompletableFuture<List<TopicOutcome>> createTopics(
            List<NewTopicSpec> topics, boolean validateOnly, RequestOrigin origin, int timeoutMs);

    CompletableFuture<List<TopicOutcome>> deleteTopics(List<TopicSelector> topics, RequestOrigin origin, int timeoutMs);

    /** On the node's own behalf. */
    default CompletableFuture<List<TopicOutcome>> createTopics(
            List<NewTopicSpec> topics, boolean validateOnly, int timeoutMs) {
        return createTopics(topics, validateOnly, RequestOrigin.OWN, timeoutMs);
    }

    /** On the node's own behalf. */
    default CompletableFuture<List<TopicOutcome>> deleteTopics(List<TopicSelector> topics, int timeoutMs) {
        return deleteTopics(topics, RequestOrigin.OWN, timeoutMs);
    }

    /** Proposes in-sync replicas as the registered broker; outcomes in the order of the proposals. */
    CompletableFuture<List<PartitionAlterationOutcome>> alterPartitions(List<PartitionAlterationSpec> alterations);

    /**
     * Tells, as the registered broker, that this node can serve these replicas no more, though it lives: others lead them where they can. May
     * be told again.
     *
     * @param partitions at most {@link #MAX_OFFLINE_REPLICAS}
     */
    CompletableFuture<Void> reportOffline(List<PartitionId> partitions);

    /** As many replicas as one {@link #reportOffline} may name. */
    int MAX_OFFLINE_REPLICAS = 10_000;

    CompletableFuture<ProducerIdBlock> allocateProducerIds();

    /** From the active controller, with everybody's progress. */
    CompletableFuture<QuorumDescription> describeQuorum();

    /** What changed the metadata, when and on whose behalf, as the active controller's node has kept it; newest first. */
    CompletableFuture<DescribeHistoryResponse> describeHistory(DescribeHistoryRequest request);

    /**
     * Gives the active controller a command of an operator or of a client, and completes when this client's own image shows what was done.
     * Of those that have a method here that method is to be used.
     *
     * @param command complete, but for who gives it: not as a broker
     * @param timeoutMs 0 or less: the client's own
     * @return fails with {@link MetadataRefusal} when the command as a whole was refused
     */
    CompletableFuture<MetadataResult> submit(MetadataCommand.Builder command, RequestOrigin origin, int timeoutMs);

    /**
     * Makes a quorum node that waits for it a voter (KIP-853); completes when the quorum has agreed. Fails with {@code DUPLICATE_VOTER},
     * {@code INVALID_REQUEST}, {@code REQUEST_TIMED_OUT} (it does not wait to be added, or another change is under way) or
     * {@code INCONSISTENT_CLUSTER_ID}.
     *
     * @param clusterId empty: whichever it is
     * @param directoryId of its disk; {@link Uuid#ZERO_UUID}: whichever it has
     */
    CompletableFuture<Void> addQuorumVoter(String clusterId, int nodeId, Uuid directoryId, int timeoutMs);

    /**
     * Takes a voter out of the quorum for good. Fails with {@code VOTER_NOT_FOUND}, {@code INVALID_REQUEST} (those that are left would be no
     * living majority), {@code REQUEST_TIMED_OUT} or {@code INCONSISTENT_CLUSTER_ID}.
     *
     * @param directoryId of its disk; {@link Uuid#ZERO_UUID}: whichever it has
     */
    CompletableFuture<Void> removeQuorumVoter(String clusterId, int nodeId, Uuid directoryId, int timeoutMs);

    /**
     * Makes another quorum node the active controller.
     *
     * @param nodeId -1: whichever is best fit
     */
    CompletableFuture<Void> transferQuorumLeadership(int nodeId, int timeoutMs);

    /** The newest image that the listener was given; {@link MetadataImage#empty()} before the first. */
    MetadataImage image();

    /** Stops following, closes the connections, fails what waits with {@link MetadataUnavailable}; waits for the client's thread. */
    @Override
    void close();
}
