// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.FatalHandler;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.model.InvariantViolation;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.proto.RecentProposal;
import io.shiplog.metadata.snapshot.SnapshotFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.LifeCycle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replays agreed entries onto the image, and nothing else: every decision was taken before. Apply is total; whatever escapes it means that
 * this node and the others may differ, so the process ends (an exception that reached Ratis would close the group on every peer).
 *
 * <p>Apply, pause and reinitialize run on the one updater thread of Ratis; the image is read by any thread.
 */
final class MetadataStateMachine extends BaseStateMachine {
    private static final Logger LOG = LoggerFactory.getLogger(MetadataStateMachine.class);

    private static final int CLOSE_SECONDS = 10;

    private final AppliedListener applied;
    private final LeadershipListener leadership;
    private final FatalHandler fatal;
    private final long snapshotEntries;
    private final SnapshotStorage storage = new SnapshotStorage();
    private final SnapshotFiles snapshots = new SnapshotFiles(storage);
    private final ExecutorService snapshotWriter = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "metadata-snapshot");
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicBoolean writing = new AtomicBoolean();
    private volatile MetadataImage image = MetadataImage.empty();
    private volatile long durableIndex = RaftLog.INVALID_LOG_INDEX;
    private volatile Runnable onSnapshotWritten = () -> {};
    private volatile boolean closing;
    private final AtomicBoolean ended = new AtomicBoolean();
    /** An entry failed to apply: nothing more is applied, the process is about to end. */
    private boolean broken;

    MetadataStateMachine(
            AppliedListener applied, LeadershipListener leadership, FatalHandler fatal, long snapshotEntries) {
        this.applied = applied;
        this.leadership = leadership;
        this.fatal = fatal;
        this.snapshotEntries = snapshotEntries;
    }

    MetadataImage image() {
        return image;
    }

    /** Index of the newest snapshot that is on the disk; -1 before the first. */
    long durableSnapshotIndex() {
        return durableIndex;
    }

    void onSnapshotWritten(Runnable action) {
        onSnapshotWritten = action;
    }

    /** From here on a division that closes is no fault. */
    void beginClose() {
        closing = true;
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage raftStorage) throws IOException {
        super.initialize(server, groupId, raftStorage);
        getLifeCycle().transition(LifeCycle.State.STARTING);
        storage.init(raftStorage);
        load();
        getLifeCycle().transition(LifeCycle.State.RUNNING);
    }

    /**
     * Before a received snapshot takes the place of this state and its files. Ratis wrote it without a sync and deletes the old one right
     * after renaming it, so it is made durable here, while the old one is still there. Ratis insists on PAUSED afterwards.
     */
    @Override
    public void pause() {
        try {
            storage.syncReceived();
        } catch (IOException e) {
            fatal.fatal("cannot sync a received metadata snapshot", e);
            throw new UncheckedIOException(e);
        }
        if (getLifeCycleState() == LifeCycle.State.RUNNING) {
            getLifeCycle().transition(LifeCycle.State.PAUSING);
            getLifeCycle().transition(LifeCycle.State.PAUSED);
        }
    }

    @Override
    public void reinitialize() throws IOException {
        storage.loadLatestSnapshot();
        load();
        if (getLifeCycleState() == LifeCycle.State.PAUSED) {
            getLifeCycle().transition(LifeCycle.State.STARTING);
            getLifeCycle().transition(LifeCycle.State.RUNNING);
        }
    }

    private void load() throws IOException {
        SingleFileSnapshotInfo latest = storage.getLatestSnapshot();
        if (latest == null) {
            return;
        }
        SnapshotFormat.Snapshot snapshot = snapshots.read(latest);
        TermIndex at = latest.getTermIndex();
        if (snapshot.term() != at.getTerm() || snapshot.index() != at.getIndex()) {
            throw new IOException("snapshot " + latest.getFile() + " is of another place: " + snapshot.term() + "_"
                    + snapshot.index());
        }
        image = snapshot.image();
        durableIndex = at.getIndex();
        setLastAppliedTermIndex(at);
        applied.onImageReplaced(image);
    }

    @Override
    public SnapshotStorage getStateMachineStorage() {
        return storage;
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto logEntry = transaction.getLogEntry();
        if (broken) {
            return CompletableFuture.failedFuture(new IllegalStateException("an earlier entry failed to apply"));
        }
        try {
            // Copies every byte: Ratis reuses the buffer behind it.
            ByteString encoded = ByteString.copyFrom(
                    logEntry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer());
            MetadataEntry entry = MetadataEntry.parseFrom(encoded);
            requireNothingMissing(entry);
            Message answer = apply(entry, encoded);
            updateLastAppliedTermIndex(logEntry.getTerm(), logEntry.getIndex());
            return CompletableFuture.completedFuture(answer);
        } catch (Throwable t) {
            broken = true;
            fatal.fatal("metadata entry " + logEntry.getTerm() + ":" + logEntry.getIndex() + " cannot be applied", t);
            return CompletableFuture.failedFuture(t);
        }
    }

    /**
     * An entry was decided on what its proposer had applied, which is before it in the log. So one that is decided on more than this node has
     * means that entries are missing here (a snapshot or a piece of the log was lost): to go on would skip all that follows as stale.
     */
    private void requireNothingMissing(MetadataEntry entry) {
        if (entry.getDecidedOnOffset() > image.offset()) {
            throw new InvariantViolation("entries are missing: this one was decided on metadata offset "
                    + entry.getDecidedOnOffset() + ", this node has " + image.offset());
        }
    }

    private Message apply(MetadataEntry entry, ByteString encoded) {
        MetadataImage before = image;
        MetadataImage after = before.apply(entry);
        if (after.astrayAtOffset() != before.astrayAtOffset()) {
            throw new InvariantViolation(
                    "the metadata of this node has gone astray: at offset " + after.astrayAtOffset()
                            + " its hash is not the agreed one. Empty this node's data directory and let it join again, unless all"
                            + " other nodes say the same: then it is the active controller that differs");
        }
        if (after != before) {
            image = after;
            applied.onApplied(entry, encoded, after);
        }
        RecentProposal answer = after.outcome(entry.getProposer(), entry.getProposal())
                .map(outcome -> RecentProposal.newBuilder()
                        .setProposer(outcome.proposer())
                        .setProposal(outcome.proposal())
                        .setOffsetAfter(outcome.offsetAfter())
                        .build())
                .orElse(RecentProposal.getDefaultInstance());
        return Message.valueOf(UnsafeByteOperations.unsafeWrap(answer.toByteArray()));
    }

    /**
     * Called on the apply thread, so it only starts the writing, of an image that nobody changes, and says what is on the disk already.
     * Ratis asks again with the next entry, and {@link #onSnapshotWritten} makes it ask when there is none.
     */
    @Override
    public long takeSnapshot() {
        TermIndex at = getLastAppliedTermIndex();
        if (at.getIndex() - Math.max(durableIndex, 0) >= snapshotEntries) {
            beginSnapshot();
        }
        return durableIndex;
    }

    /** Begins to write the newest image, if something is new and nothing is being written. */
    void beginSnapshot() {
        if (closing || !writing.compareAndSet(false, true)) {
            return;
        }
        try {
            snapshotWriter.execute(this::writeOrDie);
        } catch (RejectedExecutionException e) {
            LOG.debug("no snapshot, this node stops", e);
        }
    }

    private void writeOrDie() {
        try {
            writeSnapshot();
        } catch (IOException | RuntimeException e) {
            fatal.fatal("cannot write a metadata snapshot", e);
        } finally {
            writing.set(false);
        }
    }

    private void writeSnapshot() throws IOException {
        // Index before image: entries between the two are replayed onto an image that has them, which changes nothing,
        // because each names the offset that it was decided on.
        TermIndex at = getLastAppliedTermIndex();
        MetadataImage current = image;
        if (at.getIndex() <= durableIndex || getLifeCycleState() != LifeCycle.State.RUNNING) {
            return;
        }
        snapshots.write(current, at);
        durableIndex = Math.max(durableIndex, at.getIndex());
        LOG.info("wrote metadata snapshot at offset {}, Raft index {}", current.offset(), at.getIndex());
        onSnapshotWritten.run();
    }

    @Override
    public void notifyLeaderReady() {
        leadership.onLeaderReady(getLastAppliedTermIndex().getTerm());
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pendingEntries) {
        leadership.onNotLeader();
    }

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
        leadership.onLeaderChanged(
                leader == null || leader.toString().isEmpty() ? -1 : QuorumPeer.nodeIdOf(leader.toString()));
    }

    @Override
    public void notifyLogFailed(Throwable cause, LogEntryProto failedEntry) {
        fatal.fatal("the Raft log cannot be written", cause);
    }

    @Override
    public void notifyServerShutdown(RoleInfoProto role, boolean allServer) {
        // Not all of the server: an election ended because the leader said that this peer is no member any more.
        onDivisionClosed(allServer);
    }

    /** Ratis has ended this peer's part in the group; told by Ratis, or found out. */
    void onDivisionClosed(boolean member) {
        if (closing || !ended.compareAndSet(false, true)) {
            return;
        }
        if (member) {
            fatal.fatal("the Raft group was closed by Ratis", null);
        } else {
            leadership.onRemoved();
        }
    }

    /** Waits for a snapshot that is being written; what would be begun now is not. */
    @Override
    public void close() {
        // Ratis closes a state machine also when it gives up the group by itself: only beginClose() tells that this is
        // meant.
        snapshotWriter.shutdown();
        try {
            if (!snapshotWriter.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("a metadata snapshot is still being written");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
