// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.client.NewTopicSpec;
import io.shiplog.metadata.client.ProducerIdBlock;
import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.client.RequestOrigin;
import io.shiplog.metadata.client.TopicOutcome;
import io.shiplog.metadata.client.TopicSelector;
import io.shiplog.metadata.proto.MetadataCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** A controller that remembers what it was asked and answers when the test says so. */
final class InMemoryAdmin implements AdminPort {
    final List<NewTopicSpec> created = new ArrayList<>();
    final List<TopicSelector> deleted = new ArrayList<>();
    final List<CompletableFuture<ProducerIdBlock>> blocks = new ArrayList<>();
    boolean validateOnly;
    int timeoutMs;
    CompletableFuture<List<TopicOutcome>> answer = new CompletableFuture<>();

    @Override
    public CompletableFuture<List<TopicOutcome>> createTopics(
            List<NewTopicSpec> topics, boolean onlyValidate, RequestOrigin origin, int timeout) {
        created.addAll(topics);
        validateOnly = onlyValidate;
        timeoutMs = timeout;
        return answer;
    }

    @Override
    public CompletableFuture<List<TopicOutcome>> deleteTopics(
            List<TopicSelector> topics, RequestOrigin origin, int timeout) {
        deleted.addAll(topics);
        timeoutMs = timeout;
        return answer;
    }

    @Override
    public CompletableFuture<ProducerIdBlock> allocateProducerIds() {
        CompletableFuture<ProducerIdBlock> block = new CompletableFuture<>();
        blocks.add(block);
        return block;
    }

    @Override
    public CompletableFuture<AdminAnswer> submit(MetadataCommand.Builder command, RequestOrigin origin, int timeout) {
        return nobodyThere();
    }

    @Override
    public CompletableFuture<QuorumDescription> describeQuorum() {
        return CompletableFuture.failedFuture(new MetadataUnavailable("no controller"));
    }

    @Override
    public CompletableFuture<AdminAnswer> addQuorumVoter(String clusterId, int nodeId, Uuid directoryId, int timeout) {
        return nobodyThere();
    }

    @Override
    public CompletableFuture<AdminAnswer> removeQuorumVoter(
            String clusterId, int nodeId, Uuid directoryId, int timeout) {
        return nobodyThere();
    }

    private static CompletableFuture<AdminAnswer> nobodyThere() {
        return CompletableFuture.completedFuture(AdminAnswer.refused(Errors.REQUEST_TIMED_OUT, "no controller", false));
    }
}
