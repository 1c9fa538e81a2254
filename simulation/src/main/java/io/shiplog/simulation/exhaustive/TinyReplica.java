// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.exhaustive;

import io.shiplog.replication.core.CoreSettings;
import io.shiplog.replication.core.PartitionFollower;
import io.shiplog.replication.core.PartitionLeader;
import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.Errors;

/** One replica: the core of its present role, its log, and what it knows of the metadata. Roles change as in {@code replication.runtime.Replica}. */
final class TinyReplica {
    /** A step of time is longer than every limit of the cores. */
    private static final long STEP_MS = 3 * CoreSettings.DEFAULTS.replicaLagTimeMaxMs();

    private static final short ACKS_ALL = -1;

    private final int id;
    private final Stage stage;
    private final TinyLog log;
    private boolean alive = true;
    private long brokerEpoch;
    /** How many versions of the metadata it has applied since the beginning, and the last of them. */
    private int applied;

    private Version version;
    private PartitionState state;
    private PartitionLeader leader;
    private PartitionFollower follower;
    private long idleHighWatermark;
    private long nowMs;

    TinyReplica(int id, Stage stage, TinyLog log, long brokerEpoch) {
        this.id = id;
        this.stage = stage;
        this.log = log;
        this.brokerEpoch = brokerEpoch;
    }

    TinyReplica copy() {
        TinyReplica copy = new TinyReplica(id, stage, log.copy(), brokerEpoch);
        copy.alive = alive;
        copy.applied = applied;
        copy.version = version;
        copy.state = state;
        copy.leader = CoreGraph.copy(leader);
        copy.follower = CoreGraph.copy(follower);
        copy.idleHighWatermark = idleHighWatermark;
        copy.nowMs = nowMs;
        return copy;
    }

    int id() {
        return id;
    }

    TinyLog log() {
        return log;
    }

    boolean isAlive() {
        return alive;
    }

    long brokerEpoch() {
        return brokerEpoch;
    }

    int applied() {
        return applied;
    }

    Version version() {
        return version;
    }

    PartitionState state() {
        return state;
    }

    /** Null when it does not lead. */
    PartitionLeader leader() {
        return leader;
    }

    /** Null when it does not follow anybody. */
    PartitionFollower follower() {
        return follower;
    }

    long nowMs() {
        return nowMs;
    }

    long highWatermark() {
        if (leader != null) {
            return leader.highWatermark();
        }
        return follower != null ? follower.highWatermark() : idleHighWatermark;
    }

    // ---- metadata

    void apply(Version newVersion, int count) {
        version = newVersion;
        applied = count;
        PartitionState newState = newVersion.state;
        if (state != null && newState.leaderEpoch() < state.leaderEpoch()) {
            return;
        }
        boolean sameEpoch = state != null && newState.leaderEpoch() == state.leaderEpoch();
        state = newState;
        if (sameEpoch && leader != null) {
            leader.onMetadata(newState, nowMs);
        } else if (sameEpoch && follower != null) {
            follower.onMetadata(newState);
        } else {
            changeRole();
        }
    }

    private void changeRole() {
        endRole();
        AssignedReplica self = state.replica(id);
        if (state.leader() == PartitionState.NO_LEADER) {
            return;
        }
        if (state.leader() != id) {
            follower = new PartitionFollower(state, stage.log(id), idleHighWatermark, stage.following(id));
            follower.start();
        } else if (!self.fenced()) {
            leader = new PartitionLeader(
                    id, state, stage.log(id), idleHighWatermark, stage.leading(id), CoreSettings.DEFAULTS, nowMs);
            leader.start(nowMs);
        }
    }

    private void endRole() {
        idleHighWatermark = highWatermark();
        if (leader != null) {
            PartitionLeader old = leader;
            leader = null;
            old.onStepDown(Errors.NOT_LEADER_OR_FOLLOWER);
        }
        follower = null;
    }

    // ---- the log

    boolean mayProduce() {
        return leader != null && leader.state().isrSize() >= leader.state().effectiveMinIsr();
    }

    /** A client's record, with the promise that it is on every in-sync disk when it is acknowledged. */
    void produce(int value) {
        leader.onProduce(value, ACKS_ALL, true);
    }

    void appendAsLeader(long token) {
        int offset = log.end();
        log.append(TinyLog.record(leader.leaderEpoch(), (int) token));
        leader.onAppended(token, ACKS_ALL, offset, offset, false, Long.MAX_VALUE, nowMs);
    }

    void appendAsFollower(ByteBuffer records, int maxLeaderEpoch) {
        ByteBuffer check = records.duplicate();
        while (check.hasRemaining()) {
            if (!log.fits(check.getInt(), maxLeaderEpoch)) {
                follower.onAppendRefused(Errors.CORRUPT_MESSAGE);
                return;
            }
        }
        while (records.hasRemaining()) {
            log.append(records.getInt());
        }
        follower.onAppended();
    }

    void flush() {
        log.flush();
        if (leader != null) {
            leader.onFlushed(log.flushed(), log.generation(), nowMs);
        } else if (follower != null) {
            follower.onFlushed(log.flushed(), log.generation());
        }
    }

    // ---- time and life

    void timePasses() {
        nowMs += STEP_MS;
        leader.onTick(nowMs);
    }

    /** Power goes. What it knew of the high watermark may be on the disk, or only what it knew in the beginning. */
    void crash(int recordsLeft, boolean highWatermarkKept) {
        long known = highWatermarkKept ? highWatermark() : 0;
        alive = false;
        leader = null;
        follower = null;
        state = null;
        version = null;
        nowMs = 0;
        log.crash(recordsLeft);
        idleHighWatermark = Math.min(known, log.end());
    }

    void restart(long newBrokerEpoch) {
        alive = true;
        brokerEpoch = newBrokerEpoch;
    }

    void digest(Digest digest, CoreGraph.Ranks ranks, int newest) {
        digest.mix(alive ? newest - applied : -1);
        digest.mix(ranks.ofBrokerEpoch(brokerEpoch));
        digest.mix(state == null ? -1 : state.leaderEpoch());
        digest.mix(leader == null && follower == null ? idleHighWatermark : -1);
        log.digest(digest);
        if (leader != null) {
            CoreGraph.digest(leader, nowMs, ranks, digest);
        }
        if (follower != null) {
            CoreGraph.digest(follower, nowMs, ranks, digest);
        }
    }

    String words() {
        String role =
                !alive ? "down" : leader != null ? "leads" : follower != null ? "follows " + state.leader() : "idle";
        return id + " " + role + (state == null ? "" : " e" + state.leaderEpoch()) + " " + log.words() + " hw "
                + highWatermark();
    }
}
