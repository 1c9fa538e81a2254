// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.quorum;

import io.shiplog.metadata.client.BrokerRegistration;
import io.shiplog.metadata.client.DamageAnswer;
import io.shiplog.metadata.client.MetadataClient;
import io.shiplog.metadata.client.MetadataListener;
import io.shiplog.metadata.client.MetadataUnavailable;
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
import io.shiplog.metadata.controller.Controller;
import io.shiplog.metadata.endpoint.CommandCodec;
import io.shiplog.metadata.endpoint.HeartbeatLease;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.proto.AllocateProducerIdsCommand;
import io.shiplog.metadata.proto.AllocateProducerIdsResult;
import io.shiplog.metadata.proto.DescribeHistoryRequest;
import io.shiplog.metadata.proto.DescribeHistoryResponse;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.simulation.engine.Dice;
import io.shiplog.simulation.engine.Scheduler;
import io.shiplog.simulation.engine.SimLoop;
import io.shiplog.simulation.engine.SimProcess;
import io.shiplog.simulation.network.SimNetwork;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;

/**
 * A node's connection to the simulated quorum. The lease and the codec of commands are the real ones; connections, timers and the choice of
 * whom to ask are those of the simulation.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what follows is in the continuation
public final class SimMetadataClient implements MetadataClient {
    private static final long OWN_WRITE_TIMEOUT_MS = 5_000;

    private final SimProcess process;
    private final SimLoop loop;
    private final HeartbeatLease lease;
    private final ClientSettings settings;
    private final MetadataFollowing follower;
    private final Commands commands;
    private final HeartbeatSending heartbeats;

    /** A client of a process, with a thread of its own. */
    public SimMetadataClient(
            SimQuorum quorum,
            SimNetwork network,
            Scheduler scheduler,
            SimProcess process,
            Dice dice,
            ClientSettings settings,
            ImageListener images) {
        this.process = process;
        this.settings = settings;
        this.loop = new SimLoop(scheduler, process, dice.split(), "metadata client");
        this.lease = new HeartbeatLease(
                settings.leaseMs(), settings.leaseCutMs(), process.clock().nanoTime());
        ControllerGuess controller = new ControllerGuess(quorum.size(), dice);
        QuorumLinks links = new QuorumLinks(quorum, network, process, loop);
        this.follower = new MetadataFollowing(links, loop, images, process.id(), dice.split());
        this.commands = new Commands(links, loop, controller, dice.split());
        this.heartbeats =
                new HeartbeatSending(links, loop, process.clock(), controller, settings, lease, follower::behind);
    }

    @Override
    public void start(MetadataListener listener) {
        heartbeats.start(listener);
        follower.start(listener);
    }

    @Override
    public CompletableFuture<String> clusterId() {
        CompletableFuture<String> id = new CompletableFuture<>();
        follower.whenReached(1, Long.MAX_VALUE, () -> id.complete(SimQuorum.CLUSTER_ID), () -> {});
        return id;
    }

    @Override
    public CompletableFuture<Registration> register(BrokerRegistration registration) {
        CompletableFuture<Registration> registered = new CompletableFuture<>();
        MetadataCommand command = CommandCodec.register(registration).build();
        heartbeats.end();
        commands.submitUntilKnown(command).whenComplete((result, failure) -> {
            if (failure != null) {
                registered.completeExceptionally(failure);
                return;
            }
            Registration accepted = new Registration(
                    result.getRegisterBroker().getBrokerEpoch(),
                    result.getRegisterBroker().getClusterId());
            lease.onSessionTimeout(
                    result.getRegisterBroker().getSessionTimeoutMs(),
                    process.clock().nanoTime());
            heartbeats.begin(registration.brokerId(), accepted);
            registered.complete(accepted);
        });
        return registered;
    }

    @Override
    public void reportApplied(long metadataOffset) {
        loop.execute(() -> heartbeats.onApplied(metadataOffset));
    }

    @Override
    public CompletableFuture<Void> controlledShutdown() {
        CompletableFuture<Void> granted = new CompletableFuture<>();
        loop.execute(() -> heartbeats.requestShutdown(granted));
        return granted;
    }

    @Override
    public void requestFencing(boolean wanted) {
        loop.execute(() -> heartbeats.requestFencing(wanted));
    }

    @Override
    public void reportDegraded(boolean degraded) {
        loop.execute(() -> heartbeats.reportDegraded(degraded));
    }

    @Override
    public void reportLogInfo(List<ReplicaLogInfo> infos) {
        var unused = asBroker(CommandCodec.reportLogInfo(infos), Function.identity());
    }

    @Override
    public CompletableFuture<List<DamageAnswer>> reportDamage(List<PartitionId> partitions) {
        return asBroker(
                CommandCodec.reportDamage(partitions), result -> CommandCodec.damageAnswers(result.getReportDamage()));
    }

    @Override
    public CompletableFuture<Void> reportOffline(List<PartitionId> partitions) {
        return asBroker(CommandCodec.reportOffline(partitions), result -> null);
    }

    @Override
    public String shutdownWaitsFor() {
        return "";
    }

    @Override
    public HeartbeatLease lease() {
        return lease;
    }

    @Override
    public CompletableFuture<List<PartitionAlterationOutcome>> alterPartitions(
            List<PartitionAlterationSpec> alterations) {
        CompletableFuture<List<PartitionAlterationOutcome>> seen = new CompletableFuture<>();
        asBroker(CommandCodec.alterPartitions(alterations), Function.<MetadataResult>identity())
                .whenComplete((answer, failure) -> {
                    if (failure != null) {
                        seen.completeExceptionally(failure);
                        return;
                    }
                    follower.whenReached(
                            answer.getMetadataOffset(),
                            OWN_WRITE_TIMEOUT_MS,
                            () -> seen.complete(CommandCodec.alterations(
                                    answer.getAlterPartition().getPartitionsList(), image())),
                            () -> seen.completeExceptionally(
                                    new MetadataUnavailable("this node has not heard of its own change")));
                });
        return seen;
    }

    @Override
    public CompletableFuture<ProducerIdBlock> allocateProducerIds() {
        return asBroker(
                MetadataCommand.newBuilder().setAllocateProducerIds(AllocateProducerIdsCommand.getDefaultInstance()),
                result -> {
                    AllocateProducerIdsResult block = result.getAllocateProducerIds();
                    return new ProducerIdBlock(block.getFirstProducerId(), block.getCount());
                });
    }

    private <T> CompletableFuture<T> asBroker(MetadataCommand.Builder command, Function<MetadataResult, T> convert) {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.execute(() -> {
            Registration registration = heartbeats.registration();
            if (registration == null) {
                result.completeExceptionally(new MetadataUnavailable("this node is not registered"));
                return;
            }
            MetadataCommand own = command.setBrokerId(process.id())
                    .setBrokerEpoch(registration.brokerEpoch())
                    .build();
            commands.submit(own, settings.requestTimeoutMs()).whenComplete((answer, failure) -> {
                if (failure != null) {
                    result.completeExceptionally(failure);
                } else {
                    result.complete(convert.apply(answer));
                }
            });
        });
        return result;
    }

    @Override
    public CompletableFuture<MetadataResult> submit(
            MetadataCommand.Builder command, RequestOrigin origin, int timeoutMs) {
        CompletableFuture<MetadataResult> result = new CompletableFuture<>();
        MetadataCommand own = command.setBrokerId(Controller.NO_BROKER).build();
        loop.execute(() -> commands.submit(own, timeoutMs).whenComplete((answer, failure) -> {
            if (failure != null) {
                result.completeExceptionally(failure);
            } else {
                result.complete(answer);
            }
        }));
        return result;
    }

    @Override
    public MetadataImage image() {
        return follower.image();
    }

    /** The process ends; nothing of it happens any more. */
    @Override
    public void close() {
        heartbeats.end();
    }

    // ---- not part of what is simulated

    @Override
    public CompletableFuture<List<TopicOutcome>> createTopics(
            List<NewTopicSpec> topics, boolean validateOnly, RequestOrigin origin, int timeoutMs) {
        throw notSimulated();
    }

    @Override
    public CompletableFuture<List<TopicOutcome>> deleteTopics(
            List<TopicSelector> topics, RequestOrigin origin, int timeoutMs) {
        throw notSimulated();
    }

    @Override
    public CompletableFuture<QuorumDescription> describeQuorum() {
        throw notSimulated();
    }

    @Override
    public CompletableFuture<DescribeHistoryResponse> describeHistory(DescribeHistoryRequest request) {
        throw notSimulated();
    }

    @Override
    public CompletableFuture<Void> addQuorumVoter(String clusterId, int nodeId, Uuid directoryId, int timeoutMs) {
        throw notSimulated();
    }

    @Override
    public CompletableFuture<Void> removeQuorumVoter(String clusterId, int nodeId, Uuid directoryId, int timeoutMs) {
        throw notSimulated();
    }

    @Override
    public CompletableFuture<Void> transferQuorumLeadership(int nodeId, int timeoutMs) {
        throw notSimulated();
    }

    private static UnsupportedOperationException notSimulated() {
        return new UnsupportedOperationException("commands go through submit(), voters do not change");
    }
}
