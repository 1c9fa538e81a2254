// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.metadata.client.MetadataClient;
import io.shiplog.metadata.client.NewTopicSpec;
import io.shiplog.metadata.client.ProducerIdBlock;
import io.shiplog.metadata.client.TopicOutcome;
import io.shiplog.metadata.client.TopicSelector;
import io.shiplog.server.api.AdminPort;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Passes what clients ask of the controller on to the quorum. */
public record QuorumAdmin(MetadataClient client) implements AdminPort {
    @Override
    public CompletableFuture<List<TopicOutcome>> createTopics(
            List<NewTopicSpec> topics, boolean validateOnly, int timeoutMs) {
        return client.createTopics(topics, validateOnly, timeoutMs);
    }

    @Override
    public CompletableFuture<List<TopicOutcome>> deleteTopics(List<TopicSelector> topics, int timeoutMs) {
        return client.deleteTopics(topics, timeoutMs);
    }

    @Override
    public CompletableFuture<ProducerIdBlock> allocateProducerIds() {
        return client.allocateProducerIds();
    }
}
