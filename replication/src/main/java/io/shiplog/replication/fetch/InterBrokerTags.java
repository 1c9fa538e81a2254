// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import io.shiplog.storage.model.EpochStart;
import java.nio.ByteBuffer;
import java.util.ArrayList;
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
 * PartitionData   tag 10004  int64  sealed bytes: so many bytes, in whole sealed segments that are committed, follow at the leader from
 *                                   the fetch offset on; absent where no such segment begins
 * FetchSnapshot   tags 10005 to 10008: see {@link SegmentCodec}
 * FetchPartition  tag 10009  (empty)  repair: the follower is about to cut its log at the fetch offset, and must not join the ISR before
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
    private static final int SEALED_BYTES = 10_004;
    private static final int SEALED_BYTES_BYTES = Long.BYTES;
    private static final int BROKER_EPOCH = 10_005;
    private static final int BROKER_EPOCH_BYTES = Long.BYTES;
    private static final int SEGMENT_SIZE = 10_006;
    private static final int SEGMENT_SIZE_BYTES = Integer.BYTES;
    private static final int EPOCHS = 10_007;
    private static final int REPAIR = 10_009;
    private static final int EPOCH_BYTES = Integer.BYTES + Long.BYTES;
    private static final int PIECE = 10_008;
    private static final int PIECE_BYTES = Integer.BYTES;
    /** A segment has more leader epochs than anybody will see; their number must have some end. */
    private static final int MAX_EPOCHS = 4_096;

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
        setGapsBelow(partition.unknownTaggedFields(), offset);
    }

    static void setGapsBelow(List<RawTaggedField> fields, long offset) {
        byte[] bytes = ByteBuffer.allocate(GAPS_BELOW_BYTES).putLong(offset).array();
        fields.add(new RawTaggedField(GAPS_BELOW, bytes));
    }

    /** Below which offset the leader's log may have gaps, 0 when it has none where the follower is. */
    static long gapsBelow(PartitionData partition) {
        return gapsBelow(partition.unknownTaggedFields());
    }

    static long gapsBelow(List<RawTaggedField> fields) {
        RawTaggedField field = find(fields, GAPS_BELOW);
        return field == null || field.data().length != GAPS_BELOW_BYTES
                ? 0
                : ByteBuffer.wrap(field.data()).getLong();
    }

    /** Says that what the leader sent from the partition's offset on could not be taken. */
    static void setSuspicion(FetchPartition partition) {
        setSuspicion(partition.unknownTaggedFields());
    }

    static void setSuspicion(List<RawTaggedField> fields) {
        fields.add(new RawTaggedField(SUSPICION, new byte[0]));
    }

    static boolean suspectsLeader(FetchPartition partition) {
        return suspects(partition.unknownTaggedFields());
    }

    static boolean suspects(List<RawTaggedField> fields) {
        return find(fields, SUSPICION) != null;
    }

    /** Says that the follower is going to cut its log at the partition's offset. */
    static void setRepair(FetchPartition partition) {
        partition.unknownTaggedFields().add(new RawTaggedField(REPAIR, new byte[0]));
    }

    static boolean isRepairing(FetchPartition partition) {
        return find(partition.unknownTaggedFields(), REPAIR) != null;
    }

    /** Says how much follows in sealed segments. */
    static void setSealedBytes(PartitionData partition, long sealedBytes) {
        byte[] bytes =
                ByteBuffer.allocate(SEALED_BYTES_BYTES).putLong(sealedBytes).array();
        partition.unknownTaggedFields().add(new RawTaggedField(SEALED_BYTES, bytes));
    }

    /** How much follows in sealed segments that begin at the fetch offset, 0 when none does. */
    static long sealedBytes(PartitionData partition) {
        RawTaggedField field = find(partition.unknownTaggedFields(), SEALED_BYTES);
        return field == null || field.data().length != SEALED_BYTES_BYTES
                ? 0
                : ByteBuffer.wrap(field.data()).getLong();
    }

    static void setBrokerEpoch(List<RawTaggedField> fields, long brokerEpoch) {
        byte[] bytes =
                ByteBuffer.allocate(BROKER_EPOCH_BYTES).putLong(brokerEpoch).array();
        fields.add(new RawTaggedField(BROKER_EPOCH, bytes));
    }

    /** −1 when there is none. */
    static long brokerEpoch(List<RawTaggedField> fields) {
        RawTaggedField field = find(fields, BROKER_EPOCH);
        return field == null ? -1 : ByteBuffer.wrap(field.data()).getLong();
    }

    static void setSegmentSize(List<RawTaggedField> fields, int sizeInBytes) {
        if (sizeInBytes == SegmentRequest.DESCRIBE) {
            return;
        }
        byte[] bytes =
                ByteBuffer.allocate(SEGMENT_SIZE_BYTES).putInt(sizeInBytes).array();
        fields.add(new RawTaggedField(SEGMENT_SIZE, bytes));
    }

    /** {@link SegmentRequest#DESCRIBE} when there is none. */
    static int segmentSize(List<RawTaggedField> fields) {
        RawTaggedField field = find(fields, SEGMENT_SIZE);
        return field == null
                ? SegmentRequest.DESCRIBE
                : ByteBuffer.wrap(field.data()).getInt();
    }

    /** Of more epochs than a segment can sensibly have the oldest are not told. */
    static void setEpochs(List<RawTaggedField> fields, List<EpochStart> epochs) {
        int first = Math.max(0, epochs.size() - MAX_EPOCHS);
        ByteBuffer bytes = ByteBuffer.allocate((epochs.size() - first) * EPOCH_BYTES);
        for (int i = first; i < epochs.size(); i++) {
            bytes.putInt(epochs.get(i).epoch()).putLong(epochs.get(i).startOffset());
        }
        fields.add(new RawTaggedField(EPOCHS, bytes.array()));
    }

    static List<EpochStart> epochs(List<RawTaggedField> fields) {
        RawTaggedField field = find(fields, EPOCHS);
        List<EpochStart> epochs = new ArrayList<>();
        if (field != null) {
            ByteBuffer bytes = ByteBuffer.wrap(field.data());
            while (bytes.remaining() >= EPOCH_BYTES) {
                epochs.add(new EpochStart(bytes.getInt(), bytes.getLong()));
            }
        }
        return epochs;
    }

    static void setPiece(List<RawTaggedField> fields, int bytes) {
        fields.add(new RawTaggedField(
                PIECE, ByteBuffer.allocate(PIECE_BYTES).putInt(bytes).array()));
    }

    /** {@code Integer.MAX_VALUE} when there is none. */
    static int piece(List<RawTaggedField> fields) {
        RawTaggedField field = find(fields, PIECE);
        return field == null || field.data().length != PIECE_BYTES
                ? Integer.MAX_VALUE
                : Math.max(1, ByteBuffer.wrap(field.data()).getInt());
    }

    static boolean isKnown(int tag, int size) {
        return switch (tag) {
            case FLUSHED_OFFSET -> size == FLUSHED_OFFSET_BYTES;
            case GAPS_BELOW -> size == GAPS_BELOW_BYTES;
            case SEALED_BYTES -> size == SEALED_BYTES_BYTES;
            case BROKER_EPOCH -> size == BROKER_EPOCH_BYTES;
            case SEGMENT_SIZE -> size == SEGMENT_SIZE_BYTES;
            case EPOCHS -> size % EPOCH_BYTES == 0 && size <= MAX_EPOCHS * EPOCH_BYTES;
            case PIECE -> size == PIECE_BYTES;
            case PIPELINED, SUSPICION, REPAIR -> size == 0;
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
