// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.client.NewTopicSpec;
import io.shiplog.metadata.client.ProducerIdBlock;
import io.shiplog.metadata.client.TopicOutcome;
import io.shiplog.metadata.client.TopicSelector;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What clients ask of the controller through this node; the methods are those of {@link
 * io.shiplog.metadata.client.MetadataClient}. Futures may complete on any thread, and fail with {@link
 * io.shiplog.metadata.client.MetadataRefusal} or {@link io.shiplog.metadata.client.MetadataUnavailable}.
 */
public interface AdminPort {
    /** One outcome per topic, in the order of the topics. */
    CompletableFuture<List<TopicOutcome>> createTopics(List<NewTopicSpec> topics, boolean validateOnly, int timeoutMs);

    /** One outcome per topic, in the order of the topics. */
    CompletableFuture<List<TopicOutcome>> deleteTopics(List<TopicSelector> topics, int timeoutMs);

    CompletableFuture<ProducerIdBlock> allocateProducerIds();
}
