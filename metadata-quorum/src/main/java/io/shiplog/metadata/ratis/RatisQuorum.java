// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import com.google.protobuf.InvalidProtocolBufferException;
import io.shiplog.metadata.FatalHandler;
import io.shiplog.metadata.disk.DurableFiles;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.proto.RecentProposal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.Uuid;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's part in the Raft group of the metadata. Entries are submitted in process, on the leader. All methods may be called from any
 * thread; futures complete on threads of Ratis.
 */
public final class RatisQuorum implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RatisQuorum.class);
    private static final long WATCH_EVERY_MS = 200;
    /** Ratis writes it when the first leader has begun. */
    private static final String CONFIGURATION_FILE = "raft-meta.conf";

    /** A member that was silent for so long is no successor. */
    private static final long SILENT_MS = 1_000;

    private final RaftServer server;
    private final RaftServer.Division division;
    private final RaftGroupId groupId;
    private final MetadataStateMachine stateMachine;
    private final RaftAdmin admin;
    private final ClientId clientId = ClientId.randomId();
    private final AtomicLong callIds = new AtomicLong();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "metadata-raft-timer");
        thread.setDaemon(true);
        return thread;
    });

    private RatisQuorum(RaftServer server, RaftGroupId groupId, MetadataStateMachine stateMachine) throws IOException {
        this.server = server;
        this.groupId = groupId;
        this.stateMachine = stateMachine;
        this.admin = new RaftAdmin(server, groupId);
        this.division = server.getDivision(groupId);
    }

    /**
     * What became of a submitted entry.
     *
     * @param applied false: it was decided on another state than the one it met, and changed nothing
     * @param offsetAfter metadata offset after it; -1 when it was not applied
     */
    public record Outcome(boolean applied, long offsetAfter) {}

    /**
     * Starts the peer.
     *
     * @param clusterId names the Raft group
     * @param initialPeers members as of the first formation, self among them; later configurations are in the log. Empty for a peer that
     *     waits to be added by the leader: it never votes before that
     * @throws IOException when the disk cannot be trusted or the port not bound; says what to do
     */
    public static RatisQuorum start(
            RatisSettings settings,
            String clusterId,
            QuorumPeer self,
            List<QuorumPeer> initialPeers,
            AppliedListener applied,
            LeadershipListener leadership,
            FatalHandler fatal)
            throws IOException {
        RaftGroupId groupId = groupIdOf(clusterId);
        DurableFiles.createDirectories(settings.directory());
        DirectoryFlags.syncNamesAlways(settings.directory());
        Path current = current(settings.directory(), groupId);
        RaftMetaGuard.check(current);
        TornTail.repair(current);
        UnfinishedInstall.settle(current);
        LogGap.check(current);
        MetadataStateMachine stateMachine =
                new MetadataStateMachine(applied, leadership, fatal, settings.snapshotEntries());
        Parameters parameters = new Parameters();
        VoteGate gate =
                new VoteGate(current.resolve(RaftMetaGuard.VOTE_FILE), settings.electionTimeoutMinMs() / 2, fatal);
        parameters.put(DurableVotes.GATE, gate, VoteGate.class);
        RaftServer server = RaftServer.newBuilder()
                .setServerId(RaftPeerId.valueOf(self.peerId()))
                .setGroup(RaftGroup.valueOf(groupId, RaftPeers.toRaft(initialPeers)))
                .setOption(RaftStorage.StartupOption.RECOVER)
                .setProperties(RatisProperties.of(settings, initialPeers.size()))
                .setParameters(parameters)
                .setStateMachine(stateMachine)
                .build();
        try {
            RatisQuorum quorum = new RatisQuorum(server, groupId, stateMachine);
            quorum.begin(settings);
            return quorum;
        } catch (IOException | RuntimeException e) {
            stateMachine.beginClose();
            server.close();
            throw e;
        }
    }

    private static Path current(Path directory, RaftGroupId groupId) {
        return directory.resolve(groupId.getUuid().toString()).resolve("current");
    }

    /** Whether the disk holds a configuration of the group's members, which then counts instead of those given to {@link #start}. */
    public static boolean hasConfiguration(Path directory, String clusterId) {
        return Files.exists(current(directory, groupIdOf(clusterId)).resolve(CONFIGURATION_FILE));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // ends with the timer; beginSnapshot reports its own failures
    private void begin(RatisSettings settings) throws IOException {
        // A written snapshot lets the log be purged: Ratis does that when it is asked for a snapshot the next time.
        stateMachine.onSnapshotWritten(this::askForPurgeSoon);
        server.start();
        timer.execute(ElectionClasses::load);
        timer.scheduleWithFixedDelay(
                stateMachine::beginSnapshot,
                settings.snapshotIntervalMs(),
                settings.snapshotIntervalMs(),
                TimeUnit.MILLISECONDS);
        timer.scheduleWithFixedDelay(this::watch, WATCH_EVERY_MS, WATCH_EVERY_MS, TimeUnit.MILLISECONDS);
    }

    /** A division can close itself while the server around it goes on as if nothing were. */
    private void watch() {
        if (!division.getInfo().isAlive()) {
            stateMachine.onDivisionClosed(isMember());
        }
    }

    private static RaftGroupId groupIdOf(String clusterId) {
        Uuid id = Uuid.fromString(clusterId);
        return RaftGroupId.valueOf(new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits()));
    }

    /** The newest applied image. */
    public MetadataImage image() {
        return stateMachine.image();
    }

    /** Whether this node leads and has applied all that earlier leaders agreed on. It may have been deposed without knowing yet. */
    public boolean isLeaderReady() {
        return division.getInfo().isLeaderReady();
    }

    /** What this peer is now; {@link RaftRole#NONE} before it has begun and after it has ended. */
    public RaftRole role() {
        DivisionInfo info = division.getInfo();
        if (!info.isAlive() || info.getCurrentRole() == null) {
            return RaftRole.NONE;
        }
        return info.isLeader() ? RaftRole.LEADER : info.isCandidate() ? RaftRole.CANDIDATE : RaftRole.FOLLOWER;
    }

    /** Index of the last entry that is known to be agreed on; -1 for none. */
    public long commitIndex() {
        return division.getRaftLog().getLastCommittedIndex();
    }

    /** Index of the last entry of this peer's log; -1 for none. */
    public long lastIndex() {
        TermIndex last = division.getRaftLog().getLastEntryTermIndex();
        return last == null ? -1 : last.getIndex();
    }

    public long term() {
        return division.getInfo().getCurrentTerm();
    }

    /** Node id of the leader that this node follows or is; -1 when none is known. */
    public int leaderNodeId() {
        DivisionInfo info = division.getInfo();
        RaftPeerId leader = info.isAlive() ? info.getLeaderId() : null;
        return leader == null ? -1 : QuorumPeer.nodeIdOf(leader.toString());
    }

    /** The current members, by node id. */
    public List<QuorumPeer> peers() {
        return RaftPeers.ofRaft(division.getRaftConf().getCurrentPeers());
    }

    /** Whether this peer is among the current members, as far as it knows. */
    public boolean isMember() {
        for (QuorumPeer peer : peers()) {
            if (peer.peerId().equals(server.getId().toString())) {
                return true;
            }
        }
        return false;
    }

    /** Whether a change of the members has begun and is not settled: until then majorities of both the old and the new ones are needed. */
    public boolean isChangingPeers() {
        return !division.getRaftConf().getPreviousPeers().isEmpty();
    }

    /** On the leader, what it knows of its peers; empty on any other node. */
    public Optional<LeaderProgress> progress() {
        long[] matched = division.getInfo().getFollowerMatchIndices();
        if (matched == null) {
            return Optional.empty();
        }
        List<ServerRpcProto> followers =
                division.getInfo().getRoleInfoProto().getLeaderInfo().getFollowerInfoList();
        List<LeaderProgress.Peer> peers = new ArrayList<>();
        // Both are in the order of the leader's senders. While these change the lists may differ: the next look is
        // right again.
        for (int i = 0; i < Math.min(matched.length, followers.size()); i++) {
            ServerRpcProto follower = followers.get(i);
            peers.add(new LeaderProgress.Peer(
                    follower.getId().getId().toStringUtf8(), matched[i], follower.getLastRpcElapsedTimeMs()));
        }
        return Optional.of(new LeaderProgress(lastIndex(), commitIndex(), peers));
    }

    /** On the leader: how long ago the peer last answered; {@link Long#MAX_VALUE} when it is not known to this leader. */
    public long millisSinceHeard(String peerId) {
        if (server.getId().toString().equals(peerId)) {
            return 0;
        }
        return progress().map(LeaderProgress::peers).orElse(List.of()).stream()
                .filter(peer -> peer.peerId().equals(peerId))
                .mapToLong(LeaderProgress.Peer::silentMs)
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }

    /**
     * Proposes an entry. A failed future says nothing about it: it may be applied later, or never; submitting the same entry again is
     * safe, and answers as the first time.
     */
    public CompletableFuture<Outcome> submit(MetadataEntry entry) {
        RaftClientRequest request = RaftClientRequest.newBuilder()
                .setClientId(clientId)
                .setServerId(server.getId())
                .setGroupId(groupId)
                .setCallId(callIds.incrementAndGet())
                .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(entry.toByteArray())))
                .setType(RaftClientRequest.writeRequestType())
                .build();
        try {
            return server.submitClientRequestAsync(request).thenApply(reply -> outcome(entry, reply));
        } catch (IOException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static Outcome outcome(MetadataEntry entry, RaftClientReply reply) {
        requireSuccess(reply);
        try {
            RecentProposal answer =
                    RecentProposal.parseFrom(reply.getMessage().getContent().asReadOnlyByteBuffer());
            boolean applied =
                    answer.getProposer() == entry.getProposer() && answer.getProposal() == entry.getProposal();
            return new Outcome(applied, applied ? answer.getOffsetAfter() : -1);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("answer of the state machine", e);
        }
    }

    private static void requireSuccess(RaftClientReply reply) {
        if (!reply.isSuccess()) {
            throw new IllegalStateException("not agreed on: " + reply.getException());
        }
    }

    /** On the leader: replaces the members, one change at a time. Fails when they are not {@code current} any more. */
    public CompletableFuture<Void> setPeers(List<QuorumPeer> current, List<QuorumPeer> next) {
        return admin.setPeers(current, next);
    }

    /** On the leader: makes that member the leader. The future ends, well or not, within about {@code timeoutMs}. */
    public CompletableFuture<Void> transferTo(String peerId, long timeoutMs) {
        return admin.transferTo(peerId, timeoutMs);
    }

    /** On the leader: the other member that is best fit to lead, that is, answers and has most of the log. */
    public Optional<String> successor() {
        Set<String> members = new HashSet<>();
        peers().forEach(peer -> members.add(peer.peerId()));
        return progress().map(LeaderProgress::peers).orElse(List.of()).stream()
                .filter(peer -> members.contains(peer.peerId()) && peer.silentMs() < SILENT_MS)
                .max(Comparator.comparingLong(LeaderProgress.Peer::matchIndex))
                .map(LeaderProgress.Peer::peerId);
    }

    /**
     * The process of the leader is surely gone: stands for election after a while instead of waiting for the election time-out, unless
     * something else has come of it by then. Any node that is wrong about it only costs an election.
     */
    @SuppressWarnings("FutureReturnValueIgnored") // standIfUnchanged reports its own failures
    public void onLeaderGone(int leaderNodeId, long delayMs) {
        long term = term();
        try {
            timer.schedule(() -> standIfUnchanged(leaderNodeId, term), delayMs, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("this node stops and stands for nothing", e);
        }
    }

    private void standIfUnchanged(int leaderNodeId, long term) {
        DivisionInfo info = division.getInfo();
        RaftPeerId leader = info.isAlive() ? info.getLeaderId() : null;
        TermIndex last = division.getRaftLog().getLastEntryTermIndex();
        boolean unchanged = leader != null
                && QuorumPeer.nodeIdOf(leader.toString()) == leaderNodeId
                && info.isFollower()
                && info.getCurrentTerm() == term
                && last != null
                && last.getTerm() == term
                && isMember();
        if (unchanged) {
            try {
                LOG.info("quorum node {} is gone: standing for election after term {}", leaderNodeId, term);
                admin.standForElection(leader, last);
            } catch (IOException | RuntimeException e) {
                LOG.info("the election begins with the time-out: {}", e.toString());
            }
        }
    }

    /** The members have taken this peer out, as one of them says: told on as if Raft had said so. */
    public void onTakenOut() {
        stateMachine.onDivisionClosed(false);
    }

    /** Begins to write a snapshot if there is something new; the log before it is purged afterwards. */
    public void beginSnapshot() {
        stateMachine.beginSnapshot();
    }

    /** Raft index of the newest snapshot on the disk; -1 before the first. */
    public long durableSnapshotIndex() {
        return stateMachine.durableSnapshotIndex();
    }

    private void askForPurgeSoon() {
        try {
            timer.execute(this::askForPurge);
        } catch (RejectedExecutionException e) {
            LOG.debug("this node stops; the log is purged after its next snapshot", e);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a failure is logged
    private void askForPurge() {
        admin.askForSnapshot().whenComplete((reply, failure) -> {
            if (failure != null) {
                LOG.debug("the log is purged with the next snapshot", failure);
            }
        });
    }

    /** Stops the peer: what was agreed on so far is applied first. */
    @Override
    public void close() throws IOException {
        stateMachine.beginClose();
        timer.shutdown();
        server.close();
    }
}
