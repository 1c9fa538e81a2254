// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.metadata.client.MetadataClient;
import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.client.NewTopicSpec;
import io.shiplog.metadata.client.ProducerIdBlock;
import io.shiplog.metadata.client.TopicOutcome;
import io.shiplog.metadata.client.TopicSelector;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.server.api.AdminPort;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.protocol.Errors;

/**
 * Passes what clients ask of the controller on to the quorum, and again when nobody knows what became of it: a controller that
 * dies must not show to a client that creates a topic. A topic that was not there before the first attempt and is there at a
 * later one was created by this request (or by an equal one at the same moment, which comes to the same).
 */
public final class QuorumAdmin implements AdminPort {
    private static final int RETRY_MS = 50;

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
            List<NewTopicSpec> topics, boolean validateOnly, int timeoutMs) {
        Set<String> existing = new HashSet<>();
        for (NewTopicSpec topic : topics) {
            if (client.image().topic(topic.name()) != null) {
                existing.add(topic.name());
            }
        }
        return new Attempts<List<TopicOutcome>>(
                        timeoutMs,
                        leftMs -> client.createTopics(topics, validateOnly, leftMs),
                        outcomes -> validateOnly ? outcomes : createdBefore(outcomes, existing))
                .begin();
    }

    /** The outcomes with those of earlier attempts among them; null when this node has not yet seen what was created. */
    private List<TopicOutcome> createdBefore(List<TopicOutcome> outcomes, Set<String> existing) {
        List<TopicOutcome> result = new ArrayList<>(outcomes.size());
        for (TopicOutcome outcome : outcomes) {
            TopicImage topic = client.image().topic(outcome.name());
            boolean ours = outcome.error() == Errors.TOPIC_ALREADY_EXISTS && !existing.contains(outcome.name());
            if (ours && topic == null) {
                return null;
            }
            result.add(ours ? created(topic) : outcome);
        }
        return result;
    }

    private static TopicOutcome created(TopicImage topic) {
        return new TopicOutcome(
                topic.name(),
                topic.id(),
                Errors.NONE,
                null,
                topic.partitionCount(),
                topic.partition(0).replicationFactor());
    }

    @Override
    public CompletableFuture<List<TopicOutcome>> deleteTopics(List<TopicSelector> topics, int timeoutMs) {
        List<TopicImage> before = new ArrayList<>();
        for (TopicSelector topic : topics) {
            before.add(find(client.image(), topic));
        }
        return new Attempts<List<TopicOutcome>>(
                        timeoutMs,
                        leftMs -> client.deleteTopics(topics, leftMs),
                        outcomes -> deletedBefore(outcomes, before))
                .begin();
    }

    private static TopicImage find(MetadataImage image, TopicSelector topic) {
        return topic.topicId() != null ? image.topic(topic.topicId()) : image.topic(topic.name());
    }

    private static List<TopicOutcome> deletedBefore(List<TopicOutcome> outcomes, List<TopicImage> before) {
        List<TopicOutcome> result = new ArrayList<>(outcomes.size());
        for (int i = 0; i < outcomes.size(); i++) {
            Errors error = outcomes.get(i).error();
            boolean unknown = error == Errors.UNKNOWN_TOPIC_OR_PARTITION || error == Errors.UNKNOWN_TOPIC_ID;
            TopicImage topic = before.get(i);
            result.add(
                    unknown && topic != null
                            ? new TopicOutcome(topic.name(), topic.id(), Errors.NONE, null, -1, -1)
                            : outcomes.get(i));
        }
        return result;
    }

    @Override
    public CompletableFuture<ProducerIdBlock> allocateProducerIds() {
        return client.allocateProducerIds();
    }

    /** One request in as many attempts as fit into its time. */
    private final class Attempts<T> {
        private final long deadlineNs;
        private final IntFunction<CompletableFuture<T>> attempt;
        private final UnaryOperator<T> afterDoubt;
        private final CompletableFuture<T> result = new CompletableFuture<>();

        /**
         * A request that was not sent yet.
         *
         * @param attempt sends it once, given the milliseconds that are left
         * @param afterDoubt reads the answer to an attempt that was not the first; null when it has to be asked again
         */
        Attempts(int timeoutMs, IntFunction<CompletableFuture<T>> attempt, UnaryOperator<T> afterDoubt) {
            this.deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
            this.attempt = attempt;
            this.afterDoubt = afterDoubt;
        }

        CompletableFuture<T> begin() {
            run(false);
            return result;
        }

        private int leftMs() {
            return (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime()));
        }

        private void run(boolean inDoubt) {
            var unused = attempt.apply(leftMs()).whenComplete((answer, failure) -> {
                T read = inDoubt && failure == null ? afterDoubt.apply(answer) : answer;
                boolean unknown = failure == null ? read == null : isUnknown(failure);
                if (unknown && leftMs() > RETRY_MS) {
                    afterPause.execute(() -> run(true));
                } else if (failure != null) {
                    result.completeExceptionally(failure);
                } else {
                    result.complete(read == null ? answer : read);
                }
            });
        }

        private boolean isUnknown(Throwable failure) {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            return cause instanceof MetadataUnavailable;
        }
    }
}
