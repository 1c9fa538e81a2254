// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.replication.core.FollowerEffects;
import io.shiplog.replication.core.PartitionFollower;
import io.shiplog.replication.core.ShippingRules;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.log.AppendOutcome;
import io.shiplog.storage.log.PartitionLog;
import io.shiplog.storage.model.NoRoom;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out what the follower core wants, for one leader epoch of one partition. */
final class FollowerRole implements FollowerEffects {
    private static final Logger LOG = LoggerFactory.getLogger(FollowerRole.class);
    /** Whoever is asked for the same offset again and again checks its bytes before it sends them the third time: then they are sound. */
    private static final int FOR_SURE = 3;

    private final Replica replica;
    private final PartitionLog log;
    private final Watchers watchers;
    private final PartitionFollower core;
    private final ReplicaContext context;
    private Errors lastRefusal = Errors.NONE;

    /** How often in a row the leader sent a batch that begins before the end of this log and ends behind it. */
    private int straddled;

    /** How often in a row the leader sent a batch of an earlier leader epoch than the last one in this log. */
    private int fallen;

    private Shipment shipment; // null when nothing is being shipped

    FollowerRole(Replica replica, PartitionState state, long highWatermark, Watchers watchers, ReplicaContext context) {
        this.replica = replica;
        this.context = context;
        this.log = replica.log();
        this.watchers = watchers;
        ShippingRules rules =
                new ShippingRules(replica.nodeId(), context.shipping().minBytes());
        this.core = new PartitionFollower(state, new StorageReplicatedLog(log), highWatermark, rules, this);
    }

    PartitionFollower core() {
        return core;
    }

    /** Segments on their way here; null for none. */
    ReplicaStatus.ShipmentStatus shipment() {
        return shipment == null ? null : shipment.status();
    }

    @Override
    public void truncateTo(long offset) {
        LOG.info(
                "{}: truncating from {} to {} for leader {} of epoch {}",
                replica.id().topicPartition(),
                log.logEndOffset(),
                offset,
                core.leaderId(),
                core.leaderEpoch());
        cut(() -> log.truncateTo(offset));
    }

    /** Where there is no room even for a mark that has to be written first, the leader is asked again, after a while. */
    private void cut(Runnable cutting) {
        try {
            cutting.run();
        } catch (NoRoom e) {
            LOG.warn("{}: not cut: {}", replica.id().topicPartition(), e.getMessage());
            core.onAppendRefused(Errors.KAFKA_STORAGE_ERROR);
            return;
        }
        core.onTruncated();
        watchers.logEndMoved();
    }

    @Override
    public void truncateFullyAndStartAt(long offset) {
        LOG.info(
                "{}: dropping {} to {} and starting at {} for leader {} of epoch {}",
                replica.id().topicPartition(),
                log.logStartOffset(),
                log.logEndOffset(),
                offset,
                core.leaderId(),
                core.leaderEpoch());
        cut(() -> log.truncateFullyAndStartAt(offset));
    }

    @Override
    public void append(ByteBuffer batches, int maxLeaderEpoch, long gapsBelow) {
        long base = straddlingBase(batches);
        int epoch = firstEpoch(batches);
        AppendOutcome outcome = log.appendAsFollower(batches, maxLeaderEpoch, gapsBelow);
        if (outcome.error() == Errors.NONE) {
            lastRefusal = Errors.NONE;
            straddled = 0;
            fallen = 0;
            watchers.logEndMoved();
            core.onAppended();
            if (replica.isInSync()) {
                replica.clientLoad().followed();
            }
            return;
        }
        core.onAppendRefused(outcome.error());
        // Of a full disk its directory tells, once for all partitions.
        if (log.isOffline()) {
            replica.goOffline(outcome.message());
        } else if (outcome.error() != Errors.KAFKA_STORAGE_ERROR && outcome.error() != lastRefusal) {
            lastRefusal = outcome.error();
            LOG.warn(
                    "{}: refused batches of leader {} at {}: {} {}",
                    replica.id().topicPartition(),
                    core.leaderId(),
                    log.logEndOffset(),
                    outcome.error(),
                    outcome.message());
        }
        straddled = outcome.error() == Errors.OFFSET_OUT_OF_RANGE && base >= 0 ? straddled + 1 : 0;
        if (straddled >= FOR_SURE) {
            repairEnd(base);
        }
        fallen = outcome.error() == Errors.INVALID_RECORD && epoch >= 0 && epoch < log.latestEpoch() ? fallen + 1 : 0;
        if (fallen >= FOR_SURE) {
            repairEpochsAbove(epoch);
        }
    }

    private static int firstEpoch(ByteBuffer batches) {
        return batches.remaining() < RecordBatchHeader.SIZE
                ? -1
                : RecordBatchHeader.leaderEpoch(batches, batches.position());
    }

    /** Epochs never fall in the leader's history: one that this log knows, and that began later there, has rotted here. */
    private void repairEpochsAbove(int leaderHas) {
        fallen = 0;
        long from = log.reportEpochsAbove(leaderHas);
        if (from >= 0) {
            replica.repair().damaged(from);
        }
    }

    /** Where the first batch begins if the log ends within it, otherwise -1. */
    private long straddlingBase(ByteBuffer batches) {
        if (batches.remaining() < RecordBatchHeader.SIZE) {
            return -1;
        }
        long end = log.logEndOffset();
        long base = RecordBatchHeader.baseOffset(batches, batches.position());
        return base < end && RecordBatchHeader.lastOffset(batches, batches.position()) >= end ? base : -1;
    }

    /** What stands before the end of the log is not what the leader wrote: of two logs with one history neither ends within a batch of the other. */
    private void repairEnd(long leaderBase) {
        straddled = 0;
        long from = log.reportEndWithinBatch(leaderBase);
        if (from >= 0) {
            replica.repair().damaged(from);
        }
    }

    @Override
    public void advanceLogStart(long offset) {
        log.updateHighWatermark(core.highWatermark());
        log.advanceLogStart(offset);
        watchers.logStartMoved();
    }

    @Override
    public void requestFlush() {
        if (core.isCatchingUp()) {
            log.requestFlushAfterOthers();
        } else {
            log.requestFlush();
        }
    }

    @Override
    public void highWatermarkMoved(long highWatermark) {
        log.updateHighWatermark(highWatermark);
        watchers.highWatermarkMoved();
    }

    @Override
    public void positionChanged() {
        replica.followerPositionChanged();
    }

    @Override
    public void ship(long fromOffset, long endOffsetExclusive) {
        shipment = new Shipment(replica, this, context, fromOffset, endOffsetExclusive);
        shipment.start();
    }

    @Override
    public void stopShipping() {
        close();
        replica.shippingEnded();
    }

    /** A shipped segment is in the log. */
    void shipped() {
        watchers.logEndMoved();
        core.onShipped();
    }

    /** Nothing more comes. */
    void shippingEnded() {
        shipment = null;
        core.onShippingEnded();
        replica.shippingEnded();
    }

    /** The role ends. */
    void close() {
        if (shipment != null) {
            Shipment ended = shipment;
            shipment = null;
            ended.cancel();
        }
    }

    @Override
    public void stop(String why) {
        LOG.error(
                "{}: stopped: {}. Nothing was cut. Which history goes on is for an operator to say:"
                        + " docs/operations.md, A replica that stopped below its high watermark",
                replica.id().topicPartition(),
                why);
    }
}
