// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.metadata.client.BrokerRegistration;
import io.shiplog.metadata.client.DamageAnswer;
import io.shiplog.metadata.client.Lease;
import io.shiplog.metadata.client.MetadataClient;
import io.shiplog.metadata.client.MetadataListener;
import io.shiplog.metadata.client.NewTopicSpec;
import io.shiplog.metadata.client.PartitionAlterationOutcome;
import io.shiplog.metadata.client.PartitionAlterationSpec;
import io.shiplog.metadata.client.ProducerIdBlock;
import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.client.Registration;
import io.shiplog.metadata.client.ReplicaLogInfo;
import io.shiplog.metadata.client.RequestOrigin;
import io.shiplog.metadata.client.TopicOutcome;
import io.shiplog.metadata.client.TopicSelector;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.proto.DescribeHistoryRequest;
import io.shiplog.metadata.proto.DescribeHistoryResponse;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;

/** A quorum that answers commands as a test has written down, in order, and at once; ISR proposals when the test says so. */
final class ScriptedMetadataClient implements MetadataClient {
    MetadataImage image = MetadataImage.empty();
    final List<List<PartitionAlterationSpec>> proposed = new ArrayList<>();
    final List<CompletableFuture<List<PartitionAlterationOutcome>>> proposalAnswers = new ArrayList<>();
    final List<List<TopicSelector>> deletions = new ArrayList<>();
    final List<MetadataCommand> submitted = new ArrayList<>();
    private final Queue<Supplier<CompletableFuture<List<TopicOutcome>>>> script = new ArrayDeque<>();
    private final Queue<Supplier<CompletableFuture<MetadataResult>>> results = new ArrayDeque<>();

    void answer(MetadataResult result) {
        results.add(() -> CompletableFuture.completedFuture(result));
    }

    void failSubmission(RuntimeException failure) {
        results.add(() -> CompletableFuture.failedFuture(failure));
    }

    void answer(TopicOutcome... outcomes) {
        script.add(() -> CompletableFuture.completedFuture(List.of(outcomes)));
    }

    void fail(RuntimeException failure) {
        script.add(() -> CompletableFuture.failedFuture(failure));
    }

    @Override
    public CompletableFuture<List<TopicOutcome>> createTopics(
            List<NewTopicSpec> topics, boolean validateOnly, RequestOrigin origin, int timeoutMs) {
        return script.remove().get();
    }

    @Override
    public CompletableFuture<List<TopicOutcome>> deleteTopics(
            List<TopicSelector> topics, RequestOrigin origin, int timeoutMs) {
        deletions.add(topics);
        return script.remove().get();
    }

    @Override
    public CompletableFuture<MetadataResult> submit(
            MetadataCommand.Builder command, RequestOrigin origin, int timeoutMs) {
        submitted.add(command.build());
        return results.remove().get();
    }

    @Override
    public CompletableFuture<List<PartitionAlterationOutcome>> alterPartitions(
            List<PartitionAlterationSpec> alterations) {
        proposed.add(alterations);
        CompletableFuture<List<PartitionAlterationOutcome>> answer = new CompletableFuture<>();
        proposalAnswers.add(answer);
        return answer;
    }

    @Override
    public MetadataImage image() {
        return image;
    }

    @Override
    public void start(MetadataListener listener) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<String> clusterId() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Registration> register(BrokerRegistration registration) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void reportApplied(long metadataOffset) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> controlledShutdown() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void requestFencing(boolean wanted) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void reportDegraded(boolean degraded) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> reportOffline(List<PartitionId> partitions) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void reportLogInfo(List<ReplicaLogInfo> infos) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<List<DamageAnswer>> reportDamage(List<PartitionId> partitions) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String shutdownWaitsFor() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<DescribeHistoryResponse> describeHistory(DescribeHistoryRequest request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Lease lease() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<ProducerIdBlock> allocateProducerIds() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<QuorumDescription> describeQuorum() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> addQuorumVoter(String clusterId, int nodeId, Uuid directoryId, int timeoutMs) {
        return results.remove().get().thenApply(nothing -> null);
    }

    @Override
    public CompletableFuture<Void> removeQuorumVoter(String clusterId, int nodeId, Uuid directoryId, int timeoutMs) {
        return results.remove().get().thenApply(nothing -> null);
    }

    @Override
    public CompletableFuture<Void> transferQuorumLeadership(int nodeId, int timeoutMs) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
