// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.FatalHandler;
import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.endpoint.EndpointCalls;
import io.shiplog.metadata.formation.Formation;
import io.shiplog.metadata.formation.Phase;
import io.shiplog.metadata.formation.Report;
import io.shiplog.metadata.formation.Stamp;
import io.shiplog.metadata.proto.EndpointRequest;
import io.shiplog.metadata.proto.EndpointResponse;
import io.shiplog.metadata.proto.FormationRequest;
import io.shiplog.metadata.proto.FormationResponse;
import io.shiplog.metadata.proto.HelloRequest;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs {@link Formation}: asks the other quorum nodes what they are, syncs stamps, and hands over the one with which this node's part of the
 * Raft group begins. A joining node goes on asking until it was added, because its question is what the leader adds it for.
 */
final class FormationRunner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FormationRunner.class);
    private static final int UNKNOWN_NODE = -1;
    private static final long ASK_EVERY_MS = 50;
    private static final long ASK_TIMEOUT_MS = 1_000;
    /** A wait is spoken of when it has lasted this long: nodes that start together are no news. */
    private static final long QUIET_MS = 3_000;

    private final QuorumConfig config;
    private final StampFile file;
    private final Formation formation;
    private final Consumer<Stamp> onRunning;
    private final BooleanSupplier joined;
    private final FatalHandler fatal;
    private final EndpointCalls calls = new EndpointCalls();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread created = new Thread(task, "metadata-formation");
        created.setDaemon(true);
        return created;
    });
    private final Set<Endpoint> asking = new HashSet<>();
    /** Where somebody said that the leader is; it may be none of the configured nodes. */
    private Endpoint hinted;

    private long waitingSinceNs = System.nanoTime();
    private String said = "";
    private boolean running;

    FormationRunner(
            QuorumConfig config,
            StampFile file,
            Stamp stamp,
            Consumer<Stamp> onRunning,
            BooleanSupplier joined,
            FatalHandler fatal) {
        this.config = config;
        this.file = file;
        this.onRunning = onRunning;
        this.joined = joined;
        this.fatal = fatal;
        SortedMap<Integer, String> addresses = new TreeMap<>();
        config.voters().forEach((id, voter) -> addresses.put(id, voter.toString()));
        this.formation = new Formation(addresses, stamp);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // step() reports its own failures
    void start() {
        thread.scheduleWithFixedDelay(this::step, 0, ASK_EVERY_MS, TimeUnit.MILLISECONDS);
    }

    /** What the disk holds now. */
    synchronized Stamp stamp() {
        return formation.stamp();
    }

    /** Another quorum node asks, and says what it is. */
    synchronized FormationResponse onRequest(FormationRequest request) {
        formation.onReport(new Report(
                request.getNodeId(),
                request.getPeerId().toStringUtf8(),
                Phase.ofNumber(request.getPhase()),
                request.getClusterId(),
                request.getDigest().toStringUtf8()));
        Report self = formation.self();
        return FormationResponse.newBuilder()
                .setNodeId(self.nodeId())
                .setPeerId(ByteString.copyFromUtf8(self.peerId()))
                .setPhase(self.phase().number())
                .setEmpty(self.phase() == Phase.EMPTY)
                .setClusterId(self.clusterId())
                .setDigest(ByteString.copyFromUtf8(self.votersDigest()))
                .build();
    }

    private void step() {
        try {
            advance();
            Stamp stamp = stamp();
            boolean settled = stamp.phase() == Phase.FORMED || stamp.phase() == Phase.REMOVED;
            if (!settled && !(stamp.phase() == Phase.JOINING && joined.getAsBoolean())) {
                askAll();
                complain();
            } else {
                thread.shutdown();
            }
        } catch (IOException e) {
            fatal.fatal("cannot write " + file, e);
            thread.shutdown();
        } catch (RuntimeException | Error e) {
            fatal.fatal("the formation of the quorum failed", e);
            thread.shutdown();
        }
    }

    private void advance() throws IOException {
        for (Optional<Stamp> next = next(); next.isPresent(); next = next()) {
            Stamp stamp = next.get();
            file.write(stamp);
            synchronized (this) {
                formation.onPersisted(stamp);
            }
            if (stamp.phase() == Phase.JOINING) {
                LOG.warn(
                        "this disk is new and cluster {} exists: waiting to be added as {}; until then this node has no vote",
                        stamp.clusterId(),
                        stamp.peerId());
            } else {
                LOG.info("formation of cluster {}: {}", stamp.clusterId(), stamp.phase());
            }
        }
        Stamp stamp = stamp();
        if (!running && stamp.phase().runs()) {
            running = true;
            onRunning.accept(stamp);
        }
    }

    private synchronized Optional<Stamp> next() {
        return formation.next();
    }

    /** The leader has no use for this node any more. Durable when it returns: the disk never votes again. */
    void onRemoved() throws IOException {
        Stamp stamp = stamp();
        Stamp removed = new Stamp(stamp.nodeId(), stamp.peerId(), Phase.REMOVED, stamp.clusterId(), stamp.peerIds());
        file.write(removed);
        synchronized (this) {
            formation.onPersisted(removed);
        }
    }

    private void askAll() {
        for (Voter voter : config.voters().values()) {
            if (voter.nodeId() != config.nodeId()) {
                ask(voter.nodeId(), new Endpoint(voter.host(), voter.endpointPort()));
            }
        }
        Endpoint leader = leader();
        if (leader != null) {
            ask(UNKNOWN_NODE, leader);
        }
    }

    private synchronized Endpoint leader() {
        return hinted;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // onAnswer takes both outcomes
    private void ask(int nodeId, Endpoint endpoint) {
        Report self;
        synchronized (this) {
            if (!asking.add(endpoint)) {
                return;
            }
            self = formation.self();
        }
        FormationRequest question = FormationRequest.newBuilder()
                .setNodeId(self.nodeId())
                .setPeerId(ByteString.copyFromUtf8(self.peerId()))
                .setPhase(self.phase().number())
                .setEmpty(self.phase() == Phase.EMPTY)
                .setClusterId(self.clusterId())
                .setDigest(ByteString.copyFromUtf8(self.votersDigest()))
                .setHost(config.self().host())
                .setRaftPort(config.self().raftPort())
                .setEndpointPort(config.self().endpointPort())
                .build();
        HelloRequest hello = HelloRequest.newBuilder()
                .setRole(HelloRequest.Role.QUORUM)
                .setNodeId(config.nodeId())
                .build();
        calls.call(endpoint, hello, EndpointRequest.newBuilder().setFormation(question), ASK_TIMEOUT_MS)
                .whenComplete((answer, failure) -> onAnswer(nodeId, endpoint, answer));
    }

    private synchronized void onAnswer(int nodeId, Endpoint endpoint, EndpointResponse answer) {
        asking.remove(endpoint);
        if (answer == null || !answer.hasFormation()) {
            formation.onUnreachable(nodeId);
            return;
        }
        if (answer.hasController()) {
            hinted = new Endpoint(
                    answer.getController().getHost(), answer.getController().getPort());
        }
        FormationResponse said = answer.getFormation();
        if (said.getNodeId() == nodeId) {
            formation.onReport(new Report(
                    said.getNodeId(),
                    said.getPeerId().toStringUtf8(),
                    Phase.ofNumber(said.getPhase()),
                    said.getClusterId(),
                    said.getDigest().toStringUtf8()));
        }
    }

    private synchronized void complain() {
        String why = formation.waitingFor();
        long nowNs = System.nanoTime();
        if (why.isEmpty()) {
            waitingSinceNs = nowNs;
        } else if (!why.equals(said) && nowNs - waitingSinceNs > TimeUnit.MILLISECONDS.toNanos(QUIET_MS)) {
            said = why;
            LOG.warn("this quorum node waits: {}", why);
        }
    }

    @Override
    public void close() {
        thread.shutdown();
        try {
            thread.awaitTermination(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        calls.close();
    }
}
