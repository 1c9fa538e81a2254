// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz.world;

import io.shiplog.metadata.client.MetadataClient;
import io.shiplog.metadata.client.MetadataRefusal;
import io.shiplog.metadata.client.NewTopicSpec;
import io.shiplog.metadata.client.ProducerIdBlock;
import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.client.TopicSelector;
import io.shiplog.metadata.controller.Controller;
import io.shiplog.metadata.controller.ControllerSettings;
import io.shiplog.metadata.controller.Decision;
import io.shiplog.metadata.endpoint.CommandCodec;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataResult;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.Errors;

/**
 * A metadata client behind which the real controller decides at once. Whatever it decides is put on the image, as every node of a cluster would
 * have to, and forgotten with {@link #reset}.
 */
final class DecidingClient {
    private static final QuorumDescription QUORUM =
            new QuorumDescription(1, 1, 1, List.of(new QuorumDescription.QuorumMember(1, "127.0.0.1", 9093)));

    private final Controller controller = new Controller(ControllerSettings.defaults());
    private final MetadataImage first = SmallCluster.create();
    private final MetadataClient client = (MetadataClient) Proxy.newProxyInstance(
            MetadataClient.class.getClassLoader(), new Class<?>[] {MetadataClient.class}, this::invoke);
    private MetadataImage image = first;
    private RuntimeException inapplicable;
    private int commands;

    MetadataClient client() {
        return client;
    }

    MetadataImage image() {
        return image;
    }

    void reset() {
        image = first;
        inapplicable = null;
        commands = 0;
    }

    /** How many commands came since the last reset. */
    int commands() {
        return commands;
    }

    /** What the controller decided and nobody could have applied; null when there is no such thing. */
    RuntimeException inapplicable() {
        return inapplicable;
    }

    @SuppressWarnings("unchecked") // as the interface declares them
    private Object invoke(Object proxy, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "image" -> image;
            case "submit" -> decided(((MetadataCommand.Builder) arguments[0]));
            case "createTopics" ->
                decided(CommandCodec.createTopics((List<NewTopicSpec>) arguments[0], (boolean) arguments[1]))
                        .thenApply(result ->
                                CommandCodec.topics(result.getCreateTopics().getTopicsList()));
            case "deleteTopics" ->
                decided(CommandCodec.deleteTopics((List<TopicSelector>) arguments[0]))
                        .thenApply(result ->
                                CommandCodec.topics(result.getDeleteTopics().getTopicsList()));
            case "allocateProducerIds" -> CompletableFuture.completedFuture(new ProducerIdBlock(1_000, 1_000));
            case "describeQuorum" -> CompletableFuture.completedFuture(QUORUM);
            case "addQuorumVoter", "removeQuorumVoter" ->
                CompletableFuture.failedFuture(new MetadataRefusal(Errors.INVALID_REQUEST, "not here"));
            default -> throw new UnsupportedOperationException(method.getName());
        };
    }

    private CompletableFuture<MetadataResult> decided(MetadataCommand.Builder builder) {
        commands++;
        Decision decision = controller.decide(
                image, builder.setBrokerId(Controller.NO_BROKER).build(), 0);
        Errors error = Errors.forCode((short) decision.result().getError());
        if (error != Errors.NONE && !decision.records().isEmpty()) {
            inapplicable = new IllegalStateException("a refusal that changes something: " + decision);
        }
        try {
            image = image.candidate(decision.records());
        } catch (RuntimeException e) {
            inapplicable = e;
        }
        return error == Errors.NONE
                ? CompletableFuture.completedFuture(decision.result())
                : CompletableFuture.failedFuture(
                        new MetadataRefusal(error, decision.result().getMessage()));
    }
}
