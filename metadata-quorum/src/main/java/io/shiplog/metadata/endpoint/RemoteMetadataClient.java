// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.shiplog.metadata.client.BrokerRegistration;
import io.shiplog.metadata.client.DamageAnswer;
import io.shiplog.metadata.client.Lease;
import io.shiplog.metadata.client.MetadataClient;
import io.shiplog.metadata.client.MetadataClientSettings;
import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
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
import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.AddVoterRequest;
import io.shiplog.metadata.proto.AllocateProducerIdsCommand;
import io.shiplog.metadata.proto.AllocateProducerIdsResult;
import io.shiplog.metadata.proto.DescribeHistoryRequest;
import io.shiplog.metadata.proto.DescribeHistoryResponse;
import io.shiplog.metadata.proto.DescribeQuorumRequest;
import io.shiplog.metadata.proto.EndpointRequest;
import io.shiplog.metadata.proto.EndpointResponse;
import io.shiplog.metadata.proto.HelloRequest;
import io.shiplog.metadata.proto.HelloResponse;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.RegisterBrokerResult;
import io.shiplog.metadata.proto.RemoveVoterRequest;
import io.shiplog.metadata.proto.TransferLeadershipRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link MetadataClient} over the metadata endpoints of the quorum, on one thread. */
@SuppressWarnings("FutureReturnValueIgnored") // the futures that are given out carry every failure
public final class RemoteMetadataClient implements MetadataClient {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteMetadataClient.class);
    /** Shorter than the grace after which a controller that lives fences a broker whose connection broke. */
    private static final long LEASE_CUT_MS = 100;

    private static final long OWN_WRITE_TIMEOUT_MS = 2_000;

    private final MetadataClientSettings settings;
    private final EventLoopGroup group = EventLoops.one("metadata-client");
    private final EventLoop loop = group.next();
    private final KnownEndpoints endpoints;
    private final HeartbeatLease lease;
    private final ControllerFinder finder;
    private final QuorumCalls quorumCalls;
    private final CommandQueue commands;
    private final Heartbeats heartbeats;
    private final MetadataFollower follower;
    private final CompletableFuture<String> clusterId = new CompletableFuture<>();
    private MetadataListener listener;
    private CompletableFuture<Void> shutdown;
    private String ownClusterId = "";
    private boolean closed;

    public RemoteMetadataClient(MetadataClientSettings settings) {
        this.settings = settings;
        this.lease = new HeartbeatLease(settings.leaseMs(), LEASE_CUT_MS, System.nanoTime());
        this.endpoints = new KnownEndpoints(settings.endpoints());
        Events events = new Events();
        this.finder = new ControllerFinder(loop, settings, endpoints, this::hello, events);
        this.quorumCalls = new QuorumCalls(loop, finder);
        this.commands = new CommandQueue(loop, finder, settings.requestTimeoutMs());
        this.heartbeats = new Heartbeats(loop, settings, finder, this::hello, lease, events);
        this.follower = new MetadataFollower(loop, settings, endpoints, this::hello, events::onHello, events);
    }

    @Override
    public void start(MetadataListener metadataListener) {
        loop.execute(() -> {
            listener = metadataListener;
            finder.start();
            heartbeats.start();
            follower.start();
        });
    }

    private HelloRequest hello() {
        boolean storage = settings.nodeId() >= 0;
        return HelloRequest.newBuilder()
                .setRole(storage ? HelloRequest.Role.STORAGE : HelloRequest.Role.TOOL)
                .setNodeId(settings.nodeId())
                .setClusterId(ownClusterId)
                .build();
    }

    @Override
    public CompletableFuture<String> clusterId() {
        return clusterId.copy();
    }

    @Override
    public CompletableFuture<Registration> register(BrokerRegistration registration) {
        CompletableFuture<Registration> registered = new CompletableFuture<>();
        MetadataCommand command = CommandCodec.register(registration).build();
        loop.execute(() -> {
            heartbeats.end();
            commands.submit(command, 0).whenComplete((result, failure) -> {
                if (failure != null) {
                    registered.completeExceptionally(failure);
                    return;
                }
                RegisterBrokerResult answer = result.getRegisterBroker();
                Registration accepted = new Registration(answer.getBrokerEpoch(), answer.getClusterId());
                lease.onSessionTimeout(answer.getSessionTimeoutMs(), System.nanoTime());
                heartbeats.begin(registration.brokerId(), accepted);
                registered.complete(accepted);
            });
        });
        return registered;
    }

    @Override
    public void reportApplied(long metadataOffset) {
        loop.execute(() -> heartbeats.onApplied(metadataOffset));
    }

    @Override
    public CompletableFuture<Void> controlledShutdown() {
        CompletableFuture<Void> result = new CompletableFuture<>();
        loop.execute(() -> {
            if (heartbeats.registration() == null) {
                result.complete(null);
                return;
            }
            if (shutdown == null) {
                shutdown = new CompletableFuture<>();
            }
            shutdown.whenComplete((granted, failure) -> complete(result, null, failure));
            heartbeats.requestShutdown();
        });
        return result;
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
        asBroker(CommandCodec.reportLogInfo(infos), result -> result).exceptionally(lost -> {
            LOG.debug("log infos of {} partitions did not reach the controller: {}", infos.size(), lost.toString());
            return null;
        });
    }

    @Override
    public CompletableFuture<List<DamageAnswer>> reportDamage(List<PartitionId> partitions) {
        return asBroker(
                CommandCodec.reportDamage(partitions), result -> CommandCodec.damageAnswers(result.getReportDamage()));
    }

    @Override
    public String shutdownWaitsFor() {
        return heartbeats.shutdownWaitsFor();
    }

    @Override
    public Lease lease() {
        return lease;
    }

    @Override
    public CompletableFuture<List<TopicOutcome>> createTopics(
            List<NewTopicSpec> topics, boolean validateOnly, RequestOrigin origin, int timeoutMs) {
        return ownWrite(
                from(origin, CommandCodec.createTopics(topics, validateOnly)),
                timeoutMs,
                result -> CommandCodec.topics(result.getCreateTopics().getTopicsList()));
    }

    @Override
    public CompletableFuture<List<TopicOutcome>> deleteTopics(
            List<TopicSelector> topics, RequestOrigin origin, int timeoutMs) {
        return ownWrite(
                from(origin, CommandCodec.deleteTopics(topics)),
                timeoutMs,
                result -> CommandCodec.topics(result.getDeleteTopics().getTopicsList()));
    }

    @Override
    public CompletableFuture<MetadataResult> submit(
            MetadataCommand.Builder command, RequestOrigin origin, int timeoutMs) {
        return ownWrite(from(origin, command), timeoutMs, Function.identity());
    }

    private static MetadataCommand from(RequestOrigin origin, MetadataCommand.Builder command) {
        return command.setBrokerId(Controller.NO_BROKER)
                .setPrincipal(origin.principal())
                .setClient(origin.client())
                .build();
    }

    /** Completes when the change is in this client's own image too, so that whoever asked finds what it created. */
    private <T> CompletableFuture<T> ownWrite(
            MetadataCommand command, int timeoutMs, Function<MetadataResult, T> convert) {
        CompletableFuture<T> result = new CompletableFuture<>();
        long waitMs = timeoutMs > 0 ? timeoutMs : settings.requestTimeoutMs();
        loop.execute(() -> commands.submit(command, waitMs).whenComplete((answer, failure) -> {
            if (failure != null) {
                result.completeExceptionally(failure);
            } else {
                Runnable answered = () -> result.complete(convert.apply(answer));
                follower.whenReached(answer.getMetadataOffset(), OWN_WRITE_TIMEOUT_MS, answered, answered);
            }
        }));
        return result;
    }

    @Override
    public CompletableFuture<List<PartitionAlterationOutcome>> alterPartitions(
            List<PartitionAlterationSpec> alterations) {
        CompletableFuture<List<PartitionAlterationOutcome>> seen = new CompletableFuture<>();
        asBroker(CommandCodec.alterPartitions(alterations), result -> result).whenComplete((answer, failure) -> {
            if (failure != null) {
                seen.completeExceptionally(failure);
            } else {
                onAltered(answer, seen);
            }
        });
        return seen;
    }

    /**
     * A leader must not act on a new ISR under older settings, so the outcome is known when this node has the metadata that it was decided
     * on and made. Without that it counts as unknown; to propose the same again does no harm.
     */
    private void onAltered(MetadataResult answer, CompletableFuture<List<PartitionAlterationOutcome>> seen) {
        follower.whenReached(
                answer.getMetadataOffset(),
                OWN_WRITE_TIMEOUT_MS,
                () -> seen.complete(
                        CommandCodec.alterations(answer.getAlterPartition().getPartitionsList(), follower.image())),
                () -> seen.completeExceptionally(
                        new MetadataUnavailable("the ISR change is agreed on, but this node has not heard of it")));
    }

    @Override
    public CompletableFuture<Void> reportOffline(List<PartitionId> partitions) {
        return asBroker(CommandCodec.reportOffline(partitions), result -> null);
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
            MetadataCommand own = command.setBrokerId(heartbeats.brokerId())
                    .setBrokerEpoch(registration.brokerEpoch())
                    .build();
            commands.submit(own, settings.requestTimeoutMs())
                    .whenComplete((answer, failure) ->
                            complete(result, answer == null ? null : convert.apply(answer), failure));
        });
        return result;
    }

    @Override
    public CompletableFuture<QuorumDescription> describeQuorum() {
        EndpointRequest request = EndpointRequest.newBuilder()
                .setDescribeQuorum(DescribeQuorumRequest.getDefaultInstance())
                .build();
        return quorumCalls
                .call(request, settings.requestTimeoutMs())
                .thenApply(response -> CommandCodec.quorum(response.getDescribeQuorum()));
    }

    @Override
    public CompletableFuture<DescribeHistoryResponse> describeHistory(DescribeHistoryRequest request) {
        return quorumCalls
                .call(EndpointRequest.newBuilder().setDescribeHistory(request).build(), settings.requestTimeoutMs())
                .thenApply(EndpointResponse::getDescribeHistory);
    }

    @Override
    public CompletableFuture<Void> addQuorumVoter(String cluster, int nodeId, Uuid directoryId, int timeoutMs) {
        AddVoterRequest.Builder request = AddVoterRequest.newBuilder()
                .setClusterId(cluster)
                .setNodeId(nodeId)
                .setDirectoryId(Uuids.toBytes(directoryId))
                .setTimeoutMs(timeoutMs);
        return changeQuorum(EndpointRequest.newBuilder().setAddVoter(request), timeoutMs);
    }

    @Override
    public CompletableFuture<Void> removeQuorumVoter(String cluster, int nodeId, Uuid directoryId, int timeoutMs) {
        RemoveVoterRequest.Builder request = RemoveVoterRequest.newBuilder()
                .setClusterId(cluster)
                .setNodeId(nodeId)
                .setDirectoryId(Uuids.toBytes(directoryId))
                .setTimeoutMs(timeoutMs);
        return changeQuorum(EndpointRequest.newBuilder().setRemoveVoter(request), timeoutMs);
    }

    @Override
    public CompletableFuture<Void> transferQuorumLeadership(int nodeId, int timeoutMs) {
        TransferLeadershipRequest.Builder request =
                TransferLeadershipRequest.newBuilder().setNodeId(nodeId).setTimeoutMs(timeoutMs);
        return changeQuorum(EndpointRequest.newBuilder().setTransferLeadership(request), timeoutMs);
    }

    private CompletableFuture<Void> changeQuorum(EndpointRequest.Builder request, int timeoutMs) {
        return quorumCalls.call(request.build(), timeoutMs).thenApply(response -> null);
    }

    private static <T> void complete(CompletableFuture<T> result, T value, Throwable failure) {
        if (failure != null) {
            result.completeExceptionally(failure);
        } else {
            result.complete(value);
        }
    }

    @Override
    public MetadataImage image() {
        return follower.image();
    }

    @Override
    public void close() {
        if (group.isShuttingDown()) {
            return;
        }
        loop.execute(this::stop);
        group.shutdownGracefully(0, 1_000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }

    private void stop() {
        if (closed) {
            return;
        }
        closed = true;
        lease.end(System.nanoTime());
        commands.stop();
        quorumCalls.stop();
        heartbeats.stop();
        finder.stop();
        follower.stop();
        MetadataUnavailable reason = new MetadataUnavailable("the client is closed");
        clusterId.completeExceptionally(reason);
        if (shutdown != null) {
            shutdown.completeExceptionally(reason);
        }
    }

    /** What the parts tell each other; on the event loop. */
    private final class Events implements ControllerFinder.Listener, Heartbeats.Listener, MetadataFollower.Listener {
        @Override
        public void onControllerFound(EndpointConnection connection) {
            heartbeats.onControllerFound(connection.endpoint());
            follower.prefer(connection.endpoint());
            commands.drain();
        }

        @Override
        public void onControllerLost(boolean gone) {
            heartbeats.onControllerLost(gone);
        }

        @Override
        public void onControllerGone() {
            heartbeats.onControllerGone();
        }

        @Override
        public boolean onHello(Endpoint endpoint, HelloResponse hello) {
            if (hello.getClusterId().isEmpty()) {
                return true;
            }
            if (ownClusterId.isEmpty()) {
                ownClusterId = hello.getClusterId();
                clusterId.complete(ownClusterId);
            } else if (!ownClusterId.equals(hello.getClusterId())) {
                LOG.error("{} belongs to cluster {}, not to {}", endpoint, hello.getClusterId(), ownClusterId);
                return false;
            }
            return true;
        }

        @Override
        public void onCommittedOffset(long offset) {
            follower.onCommittedOffset(offset);
        }

        @Override
        public void onShutdownGranted() {
            if (shutdown != null) {
                shutdown.complete(null);
            }
        }

        @Override
        public void onRegistrationLost(Errors error, String message) {
            listener.onRegistrationLost(error, message);
        }

        @Override
        public void onLogInfoWanted(List<PartitionId> partitions) {
            listener.onLogInfoWanted(partitions);
        }

        @Override
        public void onMetadata(MetadataImage previous, MetadataImage current, MetadataDelta delta) {
            if (delta.quorumVotersChanged()) {
                endpoints.learn(current.quorumVoters());
            }
            listener.onMetadata(previous, current, delta);
        }

        @Override
        public void onFollowerFailed(RuntimeException failure) {
            LOG.error("the metadata cannot be followed any more", failure);
            stop();
            listener.onFailure(failure);
        }
    }
}
