// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.types.RawTaggedField;

/**
 * What follower and leader say beyond Kafka's Fetch, in tagged fields that every other reader skips (Fetch version 12 and later).
 *
 * <pre>
 * FetchPartition  tag 10000  int64  flushed offset: everything below it is on this follower's disk
 * FetchRequest    tag 10001  (empty)  pipelined: the answer to the session's previous request had not arrived when this one
 *                                     was sent, so positions in it may be older than what that answer delivers
 * PartitionData   tag 10002  int64  gaps below: below it offsets may be missing between the leader's batches, since compaction
 *                                   took them; absent where the follower has passed it
 * FetchPartition  tag 10003  (empty)  suspicion: what was sent from this offset on had to be refused more than once; the leader
 *                                     checks its bytes before it sends them again
 * </pre>
 */
public final class InterBrokerTags {
    /** The flushed offset of a follower that does not say how far it has flushed. */
    public static final long UNKNOWN_FLUSHED_OFFSET = -1;

    private static final int FLUSHED_OFFSET = 10_000;
    private static final int FLUSHED_OFFSET_BYTES = Long.BYTES;
    private static final int PIPELINED = 10_001;
    private static final int GAPS_BELOW = 10_002;
    private static final int GAPS_BELOW_BYTES = Long.BYTES;
    private static final int SUSPICION = 10_003;

    private InterBrokerTags() {}

    /** Adds the follower's flushed offset to a partition of its fetch. */
    public static void setFlushedOffset(FetchPartition partition, long flushedOffset) {
        byte[] bytes =
                ByteBuffer.allocate(FLUSHED_OFFSET_BYTES).putLong(flushedOffset).array();
        partition.unknownTaggedFields().add(new RawTaggedField(FLUSHED_OFFSET, bytes));
    }

    /** The follower's flushed offset, or {@link #UNKNOWN_FLUSHED_OFFSET} when it does not say (Kafka's own followers). */
    public static long flushedOffset(FetchPartition partition) {
        RawTaggedField field = find(partition.unknownTaggedFields(), FLUSHED_OFFSET);
        return field == null
                ? UNKNOWN_FLUSHED_OFFSET
                : ByteBuffer.wrap(field.data()).getLong();
    }

    /** Marks a request as sent before the answer to its predecessor had arrived. */
    static void setPipelined(FetchRequestData request) {
        request.unknownTaggedFields().add(new RawTaggedField(PIPELINED, new byte[0]));
    }

    static boolean isPipelined(FetchRequestData request) {
        return find(request.unknownTaggedFields(), PIPELINED) != null;
    }

    /** Says below which offset the leader's log may have gaps. */
    static void setGapsBelow(PartitionData partition, long offset) {
        byte[] bytes = ByteBuffer.allocate(GAPS_BELOW_BYTES).putLong(offset).array();
        partition.unknownTaggedFields().add(new RawTaggedField(GAPS_BELOW, bytes));
    }

    /** Below which offset the leader's log may have gaps, 0 when it has none where the follower is. */
    static long gapsBelow(PartitionData partition) {
        RawTaggedField field = find(partition.unknownTaggedFields(), GAPS_BELOW);
        return field == null || field.data().length != GAPS_BELOW_BYTES
                ? 0
                : ByteBuffer.wrap(field.data()).getLong();
    }

    /** Says that what the leader sent from the partition's offset on could not be taken. */
    static void setSuspicion(FetchPartition partition) {
        partition.unknownTaggedFields().add(new RawTaggedField(SUSPICION, new byte[0]));
    }

    static boolean suspectsLeader(FetchPartition partition) {
        return find(partition.unknownTaggedFields(), SUSPICION) != null;
    }

    static boolean isKnown(int tag, int size) {
        return switch (tag) {
            case FLUSHED_OFFSET -> size == FLUSHED_OFFSET_BYTES;
            case GAPS_BELOW -> size == GAPS_BELOW_BYTES;
            case PIPELINED, SUSPICION -> size == 0;
            default -> false;
        };
    }

    static RawTaggedField find(List<RawTaggedField> fields, int tag) {
        if (fields == null) {
            return null;
        }
        for (int i = 0; i < fields.size(); i++) {
            if (fields.get(i).tag() == tag) {
                return fields.get(i);
            }
        }
        return null;
    }
}
