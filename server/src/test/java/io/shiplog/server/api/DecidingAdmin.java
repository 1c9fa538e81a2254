// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.client.NewTopicSpec;
import io.shiplog.metadata.client.ProducerIdBlock;
import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.client.RequestOrigin;
import io.shiplog.metadata.client.TopicOutcome;
import io.shiplog.metadata.client.TopicSelector;
import io.shiplog.metadata.controller.Controller;
import io.shiplog.metadata.controller.ControllerSettings;
import io.shiplog.metadata.controller.Decision;
import io.shiplog.metadata.proto.MetadataCommand;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * The real controller, deciding at once on the metadata of a {@link TestCluster}. A test may put answers in its way, which are
 * given first.
 */
final class DecidingAdmin implements AdminPort {
    final List<MetadataCommand> commands = new ArrayList<>();
    final List<RequestOrigin> origins = new ArrayList<>();
    final Queue<AdminAnswer> answers = new ArrayDeque<>();
    final List<String> voterChanges = new ArrayList<>();
    int timeoutMs;
    CompletableFuture<QuorumDescription> quorum = new CompletableFuture<>();
    /** Every command was given before: the controller has carried it out, and its answer was lost. */
    boolean firstAnswersAreLost;

    private final TestCluster cluster;
    private final Controller controller = new Controller(ControllerSettings.defaults());

    DecidingAdmin(TestCluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public CompletableFuture<AdminAnswer> submit(MetadataCommand.Builder builder, RequestOrigin origin, int timeout) {
        MetadataCommand command = builder.setBrokerId(Controller.NO_BROKER).build();
        commands.add(command);
        origins.add(origin);
        timeoutMs = timeout;
        if (!answers.isEmpty()) {
            return CompletableFuture.completedFuture(answers.remove());
        }
        if (firstAnswersAreLost) {
            decide(command);
        }
        return CompletableFuture.completedFuture(decide(command));
    }

    private AdminAnswer decide(MetadataCommand command) {
        Decision decision = controller.decide(cluster.image(), command, 0);
        cluster.apply(decision.records());
        Errors error = Errors.forCode((short) decision.result().getError());
        return error == Errors.NONE
                ? AdminAnswer.of(decision.result(), firstAnswersAreLost)
                : AdminAnswer.refused(error, decision.result().getMessage(), firstAnswersAreLost);
    }

    @Override
    public CompletableFuture<QuorumDescription> describeQuorum() {
        return quorum;
    }

    @Override
    public CompletableFuture<List<TopicOutcome>> createTopics(
            List<NewTopicSpec> topics, boolean onlyValidate, RequestOrigin origin, int timeout) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<List<TopicOutcome>> deleteTopics(
            List<TopicSelector> topics, RequestOrigin origin, int timeout) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<ProducerIdBlock> allocateProducerIds() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<AdminAnswer> addQuorumVoter(String clusterId, int nodeId, Uuid directoryId, int timeout) {
        voterChanges.add("add " + nodeId + " " + directoryId + " to '" + clusterId + "' in " + timeout);
        return CompletableFuture.completedFuture(answers.remove());
    }

    @Override
    public CompletableFuture<AdminAnswer> removeQuorumVoter(
            String clusterId, int nodeId, Uuid directoryId, int timeout) {
        voterChanges.add("remove " + nodeId + " " + directoryId + " from '" + clusterId + "' in " + timeout);
        return CompletableFuture.completedFuture(answers.remove());
    }
}
