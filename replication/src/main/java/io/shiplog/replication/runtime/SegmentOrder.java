// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.storage.log.PartitionLog;
import org.apache.kafka.common.TopicIdPartition;

/** One segment that is wanted from another node. Made on the loop, read by a stream's thread; cancelled by whoever made it. */
public final class SegmentOrder {
    private final TopicIdPartition partition;
    private final PartitionLog log;
    private final int source;
    private final int leaderEpoch;
    private final long baseOffset;
    private final long endOffset;
    private final Limit limit;
    private volatile boolean cancelled;

    /**
     * Nothing is asked for yet.
     *
     * @param source the node that has it
     * @param endOffset where it must end at the latest
     * @param limit bounds the rate at which its bytes are asked for; null for nothing
     */
    public SegmentOrder(
            TopicIdPartition partition,
            PartitionLog log,
            int source,
            int leaderEpoch,
            long baseOffset,
            long endOffset,
            Limit limit) {
        this.partition = partition;
        this.log = log;
        this.source = source;
        this.leaderEpoch = leaderEpoch;
        this.baseOffset = baseOffset;
        this.endOffset = endOffset;
        this.limit = limit;
    }

    public TopicIdPartition partition() {
        return partition;
    }

    /** The log that the segment is for: its file is received beside it. */
    public PartitionLog log() {
        return log;
    }

    /** The node that has it. */
    public int source() {
        return source;
    }

    /** In which the node that has it must be leader or in-sync follower. */
    public int leaderEpoch() {
        return leaderEpoch;
    }

    /** Where it begins. */
    public long baseOffset() {
        return baseOffset;
    }

    /** Where it must end at the latest: the leader's high watermark. */
    public long endOffset() {
        return endOffset;
    }

    /** What bounds the rate at which its bytes are asked for, or null. */
    public Limit limit() {
        return limit;
    }

    /** It is not wanted any more. Any thread. */
    public void cancel() {
        cancelled = true;
    }

    public boolean isCancelled() {
        return cancelled;
    }
}
