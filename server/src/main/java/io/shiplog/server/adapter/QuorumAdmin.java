// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.metadata.client.MetadataClient;
import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.client.NewTopicSpec;
import io.shiplog.metadata.client.ProducerIdBlock;
import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.client.RequestOrigin;
import io.shiplog.metadata.client.TopicOutcome;
import io.shiplog.metadata.client.TopicSelector;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.server.api.AdminAnswer;
import io.shiplog.server.api.AdminPort;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * Passes what clients ask of the controller on to the quorum; a controller that dies must not show to them. A creation names the
 * ids of its topics, so {@link MetadataClient} sends it again by itself. A deletion whose outcome nobody knows is asked for again
 * here, by the id that the topic had: one that is gone by then was deleted by this request, and one that was created meanwhile
 * under the same name is not touched.
 */
public final class QuorumAdmin implements AdminPort {
    private static final int RETRY_MS = 50;
    /** What a request has that names no time: less than clients wait for an answer. */
    private static final int DEFAULT_TIMEOUT_MS = 15_000;

    private static final int MAX_TIMEOUT_MS = 600_000;

    private final MetadataClient client;
    private final Executor afterPause;

    public QuorumAdmin(MetadataClient client) {
        this(client, CompletableFuture.delayedExecutor(RETRY_MS, TimeUnit.MILLISECONDS));
    }

    /** @param afterPause runs what it is given a little later */
    QuorumAdmin(MetadataClient client, Executor afterPause) {
        this.client = client;
        this.afterPause = afterPause;
    }

    @Override
    public CompletableFuture<List<TopicOutcome>> createTopics(
            List<NewTopicSpec> topics, boolean validateOnly, RequestOrigin origin, int timeoutMs) {
        return client.createTopics(topics, validateOnly, origin, timeoutMs);
    }

    @Override
    public CompletableFuture<List<TopicOutcome>> deleteTopics(
            List<TopicSelector> topics, RequestOrigin origin, int timeoutMs) {
        List<TopicImage> before = new ArrayList<>();
        for (TopicSelector topic : topics) {
            before.add(find(client.image(), topic));
        }
        return new Deletion(topics, before, origin, timeoutMs).begin();
    }

    private static TopicImage find(MetadataImage image, TopicSelector topic) {
        return topic.topicId() != null ? image.topic(topic.topicId()) : image.topic(topic.name());
    }

    @Override
    public CompletableFuture<ProducerIdBlock> allocateProducerIds() {
        return client.allocateProducerIds();
    }

    @Override
    public CompletableFuture<AdminAnswer> submit(MetadataCommand.Builder command, RequestOrigin origin, int timeoutMs) {
        return repeated(leftMs -> client.submit(command, origin, leftMs), timeoutMs);
    }

    private CompletableFuture<AdminAnswer> repeated(
            IntFunction<CompletableFuture<MetadataResult>> request, int timeoutMs) {
        int boundedMs = timeoutMs <= 0 ? DEFAULT_TIMEOUT_MS : Math.min(timeoutMs, MAX_TIMEOUT_MS);
        return new RepeatedCommand(request, afterPause, boundedMs).begin();
    }

    @Override
    public CompletableFuture<AdminAnswer> addQuorumVoter(
            String clusterId, int nodeId, Uuid directoryId, int timeoutMs) {
        return repeated(leftMs -> done(client.addQuorumVoter(clusterId, nodeId, directoryId, leftMs)), timeoutMs);
    }

    @Override
    public CompletableFuture<AdminAnswer> removeQuorumVoter(
            String clusterId, int nodeId, Uuid directoryId, int timeoutMs) {
        return repeated(leftMs -> done(client.removeQuorumVoter(clusterId, nodeId, directoryId, leftMs)), timeoutMs);
    }

    private static CompletableFuture<MetadataResult> done(CompletableFuture<Void> change) {
        return change.thenApply(nothing -> MetadataResult.getDefaultInstance());
    }

    @Override
    public CompletableFuture<QuorumDescription> describeQuorum() {
        return client.describeQuorum();
    }

    /** One request in as many attempts as fit into its time. */
    private final class Deletion {
        private final List<TopicSelector> topics;
        private final List<TopicImage> before;
        private final RequestOrigin origin;
        private final long deadlineNs;
        private final CompletableFuture<List<TopicOutcome>> result = new CompletableFuture<>();

        /** @param before the topics as this node knew them, null for those that it did not know */
        Deletion(List<TopicSelector> topics, List<TopicImage> before, RequestOrigin origin, int timeoutMs) {
            this.topics = topics;
            this.before = before;
            this.origin = origin;
            this.deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        }

        CompletableFuture<List<TopicOutcome>> begin() {
            run(false);
            return result;
        }

        private int leftMs() {
            return (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime()));
        }

        private void run(boolean inDoubt) {
            var unused = client.deleteTopics(inDoubt ? byId() : topics, origin, leftMs())
                    .whenComplete((outcomes, failure) -> {
                        if (failure == null) {
                            result.complete(inDoubt ? deletedBefore(outcomes) : outcomes);
                        } else if (isUnknown(failure) && leftMs() > RETRY_MS) {
                            afterPause.execute(() -> run(true));
                        } else {
                            result.completeExceptionally(failure);
                        }
                    });
        }

        private List<TopicSelector> byId() {
            List<TopicSelector> exact = new ArrayList<>(topics.size());
            for (int i = 0; i < topics.size(); i++) {
                TopicImage known = before.get(i);
                exact.add(known == null ? topics.get(i) : TopicSelector.byId(known.id()));
            }
            return exact;
        }

        private List<TopicOutcome> deletedBefore(List<TopicOutcome> outcomes) {
            List<TopicOutcome> read = new ArrayList<>(outcomes.size());
            for (int i = 0; i < outcomes.size(); i++) {
                Errors error = outcomes.get(i).error();
                boolean gone = error == Errors.UNKNOWN_TOPIC_OR_PARTITION || error == Errors.UNKNOWN_TOPIC_ID;
                TopicImage known = before.get(i);
                read.add(
                        gone && known != null
                                ? new TopicOutcome(known.name(), known.id(), Errors.NONE, null, -1, -1)
                                : outcomes.get(i));
            }
            return read;
        }

        private static boolean isUnknown(Throwable failure) {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            return cause instanceof MetadataUnavailable;
        }
    }
}
