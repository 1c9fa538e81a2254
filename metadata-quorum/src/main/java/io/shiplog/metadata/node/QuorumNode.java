// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.FatalHandler;
import io.shiplog.metadata.controller.BalanceSettings;
import io.shiplog.metadata.controller.Controller;
import io.shiplog.metadata.controller.ControllerSettings;
import io.shiplog.metadata.controller.LivenessSettings;
import io.shiplog.metadata.disk.DurableFiles;
import io.shiplog.metadata.endpoint.CommittedEntries;
import io.shiplog.metadata.endpoint.EndpointServer;
import io.shiplog.metadata.endpoint.ListenerProbe;
import io.shiplog.metadata.formation.Phase;
import io.shiplog.metadata.formation.Stamp;
import io.shiplog.metadata.history.HistoryRecorder;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.ListenerEndpoint;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.metrics.ControllerEvents;
import io.shiplog.metadata.metrics.ControllerMetrics;
import io.shiplog.metadata.proto.FormationRequest;
import io.shiplog.metadata.proto.FormationResponse;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.ratis.AppliedListener;
import io.shiplog.metadata.ratis.LeadershipListener;
import io.shiplog.metadata.ratis.QuorumPeer;
import io.shiplog.metadata.ratis.RatisQuorum;
import io.shiplog.metadata.ratis.RatisSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node of the metadata quorum: serves the endpoint from the beginning, forms or joins the cluster, runs its Raft peer, and, while it leads,
 * the active controller.
 */
public final class QuorumNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(QuorumNode.class);
    private static final long RING_BYTES = 16L << 20;
    private static final int RING_ENTRIES = 32_768;
    /** What a commit or a request does not bring about is looked at so often, all at once: an idle node is to sleep. */
    private static final long LOOK_EVERY_MS = 250;

    /** Several times what handing over takes. When all nodes stop together nobody takes over, and the last ones wait for nothing. */
    private static final long RESIGN_TIMEOUT_MS = 600;

    private static final long RESIGN_LOOK_NS = 10_000_000;

    private static final String RAFT_DIRECTORY = "raft";
    private static final String HISTORY_DIRECTORY = "history";

    private final QuorumConfig config;
    private final FatalHandler fatal;
    private final DataDirLock lock;
    private final CommittedEntries entries = new CommittedEntries(RING_BYTES, RING_ENTRIES);
    private final CompletableFuture<Void> formed = new CompletableFuture<>();
    private final AtomicBoolean waking = new AtomicBoolean();
    private final HistoryRecorder history;
    private final QuorumEndpoint served;
    private final EndpointServer endpoint;
    private final FormationRunner formation;
    private final ControllerEvents events = new ControllerEvents();
    private final ControllerMetrics metrics = new ControllerMetrics(new QuorumFigures(this, Clock.SYSTEM), events);
    private final Membership membership = new Membership(Clock.SYSTEM);
    private final LeaderWatch watch;
    private final ListenerProbe probe = new ListenerProbe();
    private final RemovalWatch removal;
    private final DiskWatch disk;
    private volatile RatisQuorum quorum;
    private volatile ActiveController controller;
    private boolean closed;

    private QuorumNode(QuorumConfig config, FatalHandler fatal) throws IOException {
        this.config = config;
        this.fatal = (reason, cause) -> {
            events.onError();
            fatal.fatal(reason, cause);
        };
        DurableFiles.createDirectories(config.dataDir());
        lock = DataDirLock.take(config.dataDir());
        try {
            StampFile file = new StampFile(config.dataDir());
            Stamp stamp = ownStamp(file);
            formation = new FormationRunner(config, file, stamp, this::startPeer, this::isMember, fatal);
            history = new HistoryRecorder(config.dataDir().resolve(HISTORY_DIRECTORY));
            served = new QuorumEndpoint(this, membership, entries, Clock.SYSTEM);
            endpoint = new EndpointServer(config.self().host(), config.self().endpointPort(), served);
            watch = new LeaderWatch(this, config.nodeId());
            removal = new RemovalWatch(this, config.voters().values(), Clock.SYSTEM);
            endpoint.every(LOOK_EVERY_MS, this::look);
            disk = new DiskWatch(config.dataDir(), config.reserveBytes(), fatal);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private void look() {
        served.wake();
        served.observe();
        removal.look();
    }

    /**
     * Starts a node: returns when its endpoint listens; formation and election go on by themselves.
     *
     * @throws IOException when the directory cannot be used, or the port not bound
     * @throws ConfigProblem when the directory is another node's
     */
    public static QuorumNode start(QuorumConfig config, FatalHandler fatal) throws IOException {
        QuorumNode node = new QuorumNode(config, fatal);
        node.formation.start();
        node.disk.start();
        node.history.start();
        return node;
    }

    private Stamp ownStamp(StampFile file) throws IOException {
        Stamp stamp = file.read();
        if (stamp == null) {
            if (Files.exists(raftDirectory())) {
                throw new IOException(
                        raftDirectory() + " exists without " + file + ": this disk cannot be trusted, empty it");
            }
            stamp = Stamp.empty(config.nodeId(), config.nodeId() + "-" + Uuid.randomUuid());
            file.write(stamp);
        } else if (stamp.nodeId() != config.nodeId()) {
            throw new ConfigProblem(
                    config.dataDir().toString(),
                    QuorumConfig.Key.NODE_ID.key(),
                    "this directory is that of quorum node " + stamp.nodeId() + ", not " + config.nodeId());
        }
        return stamp;
    }

    /** On the formation's thread: this node has a stamp with which it may run. */
    private void startPeer(Stamp stamp) {
        RatisSettings settings = new RatisSettings(
                raftDirectory(),
                config.self().host(),
                config.self().raftPort(),
                config.electionTimeoutMinMs(),
                config.electionTimeoutMaxMs(),
                config.snapshotEntries(),
                config.snapshotIntervalMs(),
                config.preservedEntries(),
                config.segmentBytes());
        Feed feed = new Feed();
        try {
            RatisQuorum started = RatisQuorum.start(
                    settings,
                    stamp.clusterId(),
                    peer(stamp.peerId(), config.self()),
                    initialPeers(stamp),
                    feed,
                    feed,
                    fatal);
            quorum = started;
            ActiveController shell = new ActiveController(
                    new RatisLog(started),
                    new Controller(controllerSettings()),
                    livenessSettings(),
                    BalanceSettings.of(
                            config.balanceLeaders(), config.imbalanceCheckSeconds(), config.imbalancePercentage()),
                    config.jobRepairWaitMs(),
                    stamp.clusterId(),
                    Clock.SYSTEM,
                    events,
                    this::ask,
                    fatal);
            controller = shell;
            shell.start();
            LOG.info("quorum node {} runs as {} in cluster {}", config.nodeId(), stamp.peerId(), stamp.clusterId());
        } catch (IOException | RuntimeException e) {
            // Ratis refuses a damaged log or a directory that another process holds with exceptions of all kinds.
            fatal.fatal("the Raft peer cannot start: " + e.getMessage(), e);
        }
    }

    private void ask(BrokerImage broker, Runnable gone) {
        if (!broker.endpoints().isEmpty()) {
            ListenerEndpoint listener = broker.endpoints().get(0);
            probe.ask(listener.host(), listener.port(), gone);
        }
    }

    private static QuorumPeer peer(String peerId, Voter voter) {
        return new QuorumPeer(peerId, voter.host(), voter.raftPort(), voter.endpointPort());
    }

    /**
     * The members of the first formation. With fewer than all of them a majority would be another one, until Raft has kept a configuration of
     * its own: from then on that one counts, whatever quorum.voters has become.
     */
    private List<QuorumPeer> initialPeers(Stamp stamp) {
        if (!config.voters().keySet().containsAll(stamp.peerIds().keySet())) {
            if (RatisQuorum.hasConfiguration(raftDirectory(), stamp.clusterId())) {
                return List.of();
            }
            throw new ConfigProblem(
                    config.dataDir().toString(),
                    QuorumConfig.Key.VOTERS.key(),
                    "must name the nodes with which the cluster began, "
                            + stamp.peerIds().keySet());
        }
        List<QuorumPeer> peers = new ArrayList<>();
        stamp.peerIds()
                .forEach((id, peerId) -> peers.add(peer(peerId, config.voters().get(id))));
        return peers;
    }

    private Path raftDirectory() {
        return config.dataDir().resolve(RAFT_DIRECTORY);
    }

    private ControllerSettings controllerSettings() {
        ControllerSettings defaults = ControllerSettings.defaults();
        return new ControllerSettings(
                config.defaultPartitions(),
                config.defaultReplicationFactor(),
                defaults.maxPartitionsPerCall(),
                defaults.maxAtomicBytes(),
                defaults.maxChangesPerDecision(),
                config.limits(),
                config.sessionTimeoutMs());
    }

    HistoryRecorder history() {
        return history;
    }

    int sessionTimeoutMs() {
        return config.sessionTimeoutMs();
    }

    private LivenessSettings livenessSettings() {
        LivenessSettings defaults = LivenessSettings.of(config.sessionTimeoutMs());
        return new LivenessSettings(
                defaults.sessionTimeoutMs(),
                config.connectionGraceMs(),
                defaults.maxPollGapMs(),
                defaults.metadataLagLimitMs(),
                defaults.maxLagOffsets(),
                defaults.flapWindowMs(),
                defaults.flapLimit(),
                defaults.flapHoldMs(),
                defaults.retryMs(),
                defaults.maxPartitionsPerSweep());
    }

    /** Port of the metadata endpoint. */
    public int endpointPort() {
        return endpoint.port();
    }

    public int nodeId() {
        return config.nodeId();
    }

    /** The cluster of this node's disk; empty before it belongs to one. */
    public String clusterId() {
        Stamp stamp = formation.stamp();
        return stamp.phase().runs() ? stamp.clusterId() : "";
    }

    /** Names this node's disk among the members. */
    String peerId() {
        return formation.stamp().peerId();
    }

    /** Whether this node is the active controller; it may have been deposed without knowing yet. */
    public boolean isActiveController() {
        ActiveController shell = controller;
        return shell != null && shell.isActive();
    }

    /** Completes when this node has seen the cluster formed: an active controller exists or existed. */
    public CompletableFuture<Void> formed() {
        return formed;
    }

    /** The newest image that this node has applied. */
    public MetadataImage image() {
        RatisQuorum running = quorum;
        return running == null ? MetadataImage.empty() : running.image();
    }

    /** This node's numbers, by name. */
    public SortedMap<String, LongSupplier> metrics() {
        return metrics.values();
    }

    ActiveController controller() {
        return controller;
    }

    RatisQuorum quorum() {
        return quorum;
    }

    int leaderNodeId() {
        RatisQuorum running = quorum;
        return running == null ? -1 : running.leaderNodeId();
    }

    /** The leader and where it is reached; null when none is known. */
    QuorumPeer leader() {
        return VoterRules.find(members(), leaderNodeId());
    }

    /** The members of the quorum: those agreed on, or the configured ones before anything is. */
    List<QuorumPeer> members() {
        RatisQuorum running = quorum;
        List<QuorumPeer> agreed = running == null ? List.of() : running.peers();
        if (!agreed.isEmpty()) {
            return agreed;
        }
        List<QuorumPeer> configured = new ArrayList<>();
        config.voters().values().forEach(voter -> configured.add(peer(voter.nodeId() + "-", voter)));
        return configured;
    }

    long term() {
        RatisQuorum running = quorum;
        return running == null ? 0 : running.term();
    }

    FormationResponse onFormationRequest(FormationRequest request) {
        boolean wantsToJoin = request.getPhase() == Phase.JOINING.number()
                && request.getClusterId().equals(clusterId())
                && isActiveController();
        QuorumPeer joiner = wantsToJoin ? joiner(request) : null;
        if (joiner != null) {
            membership.onJoiner(quorum, joiner);
        }
        return formation.onRequest(request);
    }

    /** A configured node is reached where the configuration says, any other where it says itself; null when it says nonsense. */
    private QuorumPeer joiner(FormationRequest request) {
        String peerId = request.getPeerId().toStringUtf8();
        Voter voter = config.voters().get(request.getNodeId());
        QuorumPeer joiner = voter == null
                ? new QuorumPeer(peerId, request.getHost(), request.getRaftPort(), request.getEndpointPort())
                : peer(peerId, voter);
        return VoterRules.isPossible(joiner, request.getNodeId()) ? joiner : null;
    }

    private boolean isMember() {
        RatisQuorum running = quorum;
        if (running == null) {
            return false;
        }
        String self = formation.stamp().peerId();
        return running.peers().stream().anyMatch(peer -> peer.peerId().equals(self));
    }

    /** What Ratis tells: applied entries go to the ring and wake parked readers; leadership goes to the controller. */
    private final class Feed implements AppliedListener, LeadershipListener {
        /** The newest image told; of the apply thread. */
        private MetadataImage newest = MetadataImage.empty();

        @Override
        public void onApplied(MetadataEntry entry, ByteString encoded, MetadataImage image) {
            history.onApplied(newest, encoded);
            events.onApplied(newest, entry);
            newest = image;
            entries.append(encoded, image.offset());
            wake(image);
        }

        @Override
        public void onImageReplaced(MetadataImage image) {
            newest = image;
            entries.reset(image.offset());
            wake(image);
        }

        private void wake(MetadataImage image) {
            if (!image.clusterId().isEmpty()) {
                formed.complete(null);
            }
            if (waking.compareAndSet(false, true)) {
                endpoint.execute(() -> {
                    waking.set(false);
                    served.wake();
                });
            }
        }

        @Override
        public void onLeaderReady(long term) {
            leadershipChanged();
        }

        @Override
        public void onNotLeader() {
            leadershipChanged();
        }

        @Override
        public void onLeaderChanged(int nodeId) {
            if (nodeId >= 0) {
                events.onNewController();
            }
            leadershipChanged();
        }

        @Override
        public void onRemoved() {
            // On a thread of Ratis, which the closing of its server waits for.
            Thread thread = new Thread(QuorumNode.this::retire, "metadata-retire");
            thread.setDaemon(true);
            thread.start();
        }

        private void leadershipChanged() {
            watch.look();
            ActiveController shell = controller;
            if (shell != null) {
                shell.onLeadershipChanged();
            }
        }
    }

    /** The quorum has taken this node out: its part is over. The process stays, for what else it may hold, and points to the others. */
    private void retire() {
        try {
            formation.onRemoved();
            LOG.warn(
                    "this node was taken out of the quorum of cluster {}: it has no vote any more; to add it again, stop it and empty {}",
                    formation.stamp().clusterId(),
                    config.dataDir());
            synchronized (this) {
                if (closed) {
                    return;
                }
            }
            controller.close();
            quorum.close();
        } catch (IOException e) {
            fatal.fatal("cannot retire from the quorum", e);
        }
    }

    /** Stops in good order: hands leadership over when it leads, then closes the controller, the peer and the endpoint. */
    @Override
    public void close() throws IOException {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        stop(true);
    }

    /** Stops without handing anything over, as near to a kill as a test gets within its own process. */
    void closeAbruptly() throws IOException {
        synchronized (this) {
            closed = true;
        }
        endpoint.close();
        stop(false);
    }

    private void stop(boolean orderly) throws IOException {
        disk.close();
        watch.close();
        probe.close();
        removal.close();
        formation.close();
        if (quorum != null) {
            if (orderly && quorum.isLeaderReady() && quorum.peers().size() > 1) {
                resign();
            }
            if (controller != null) {
                controller.close();
            }
            quorum.close();
        }
        history.close();
        endpoint.close();
        served.close();
        lock.close();
    }

    /** Returns when this node leads no more, which is a little before its successor does, or when nobody has taken over in time. */
    private void resign() {
        CompletableFuture<Membership.Outcome> transfer =
                membership.transfer(quorum, Membership.ANY_NODE, RESIGN_TIMEOUT_MS);
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(RESIGN_TIMEOUT_MS);
        while (quorum.isLeaderReady() && !transfer.isDone() && System.nanoTime() - deadlineNs < 0) {
            LockSupport.parkNanos(RESIGN_LOOK_NS);
        }
        if (quorum.isLeaderReady()) {
            String why = transfer.isDone() ? transfer.join().message() : "nobody has taken over";
            LOG.info("leadership was not handed over; the others elect a leader by themselves: {}", why);
        }
    }
}
