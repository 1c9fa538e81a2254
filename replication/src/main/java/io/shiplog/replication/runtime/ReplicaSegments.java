// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.storage.log.LogSlice;
import io.shiplog.storage.log.PartitionLog;
import io.shiplog.storage.log.SealedSegment;
import io.shiplog.storage.scrub.SegmentCheck;
import org.apache.kafka.common.protocol.Errors;

/**
 * What a replica gives of its sealed segments to another one that is far behind. Only the leader and in-sync followers give, in the leader
 * epoch that the other one knows, only what is committed, and nothing while something in their log is known not to be sound: whatever they
 * have below their high watermark is then what the leader has.
 */
public final class ReplicaSegments {
    private static final long ANY = -1;

    private final Replica replica;
    private final PartitionLog log;

    ReplicaSegments(Replica replica) {
        this.replica = replica;
        this.log = replica.log();
    }

    /** The sealed segment that begins at the offset, for the replica on the node that asks. */
    public SegmentOutcome describe(int nodeId, int leaderEpoch, long baseOffset) {
        Errors refusal = refusal(nodeId, leaderEpoch);
        if (refusal != Errors.NONE) {
            return SegmentOutcome.refused(refusal);
        }
        SealedSegment segment = log.shipping().sealed(baseOffset, replica.highWatermark());
        if (segment != null) {
            return SegmentOutcome.description(segment);
        }
        boolean gone = baseOffset < log.logStartOffset() || baseOffset > log.logEndOffset();
        return SegmentOutcome.refused(gone ? Errors.OFFSET_OUT_OF_RANGE : Errors.OFFSET_NOT_AVAILABLE);
    }

    /** Bytes of it, as long as it is what was described. */
    public SegmentOutcome read(
            int nodeId, int leaderEpoch, long baseOffset, int sizeInBytes, int position, int maxBytes) {
        SegmentOutcome described = describe(nodeId, leaderEpoch, baseOffset);
        if (described.error() != Errors.NONE) {
            return described;
        }
        SealedSegment segment = described.segment();
        LogSlice bytes = segment.sizeInBytes() == sizeInBytes
                ? log.shipping().bytes(segment, position, maxBytes)
                : LogSlice.EMPTY;
        return bytes == LogSlice.EMPTY
                ? SegmentOutcome.refused(Errors.SNAPSHOT_NOT_FOUND)
                : new SegmentOutcome(Errors.NONE, segment, bytes);
    }

    /**
     * Another replica could not take what came of this segment.
     *
     * @return the check of it, to be done off the loop; null when there is nothing to check
     */
    public SegmentCheck suspect(int nodeId, int leaderEpoch, long baseOffset) {
        return refusal(nodeId, leaderEpoch) == Errors.NONE ? log.shipping().distrust(baseOffset) : null;
    }

    private Errors refusal(int nodeId, int leaderEpoch) {
        PartitionState state = replica.state();
        if (replica.isOffline() || replica.repair().isNeeded()) {
            return Errors.KAFKA_STORAGE_ERROR;
        }
        if (state == null || leaderEpoch == ANY) {
            return Errors.NOT_LEADER_OR_FOLLOWER;
        }
        Errors epoch = replica.checkEpoch(leaderEpoch);
        if (epoch != Errors.NONE) {
            return epoch;
        }
        AssignedReplica self = state.replica(replica.nodeId());
        boolean inSync = replica.isFollower() && self != null && self.inIsr() && !state.unclean();
        if (!replica.isLeader() && !inSync) {
            return Errors.NOT_LEADER_OR_FOLLOWER;
        }
        return state.replica(nodeId) == null ? Errors.REPLICA_NOT_AVAILABLE : Errors.NONE;
    }
}
