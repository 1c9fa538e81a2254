// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import io.shiplog.storage.log.LogSlice;
import io.shiplog.storage.log.SealedSegment;
import io.shiplog.storage.model.EpochStart;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.FetchSnapshotRequestData;
import org.apache.kafka.common.message.FetchSnapshotResponseData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * How segments are asked for and sent: Kafka's FetchSnapshot (KIP-630), which fetches a file in pieces by position, fenced by leader epoch.
 * Between storage nodes only; what it lacks stands in tagged fields.
 *
 * <pre>
 * topic name               the topic's id
 * snapshot id, end offset  request: base offset of the segment; answer: the base offset of the one that follows
 * position, size           of the bytes, of the file
 *
 * FetchSnapshotRequest        tag 10005  int64  broker epoch of the node that asks
 * request, PartitionSnapshot  tag 10006  int32  size of the segment as it was described; absent: describe it
 *                             tag 10003  (empty)  what came of it was not sound
 * answer, PartitionSnapshot   tag 10002  int64  gaps below, as in Fetch
 *                             tag 10007  (int32, int64)*  leader epochs of its records and where they begin
 *                             tag 10008  int32  ask for so many bytes at a time at most: a throttle holds; absent: any number
 * </pre>
 *
 * A description has no bytes, an answer with bytes has no tags.
 */
public final class SegmentCodec {
    /** The one version that is spoken. */
    public static final short VERSION = 1;

    /** An answer up to this size is read whole, of a longer one the header stands within these bytes. */
    public static final int HEADER_BYTES = 512;

    private static final short REQUEST_HEADER = ApiKeys.FETCH_SNAPSHOT.requestHeaderVersion(VERSION);
    private static final int FRAME_LENGTH_BYTES = Integer.BYTES;

    private SegmentCodec() {}

    /**
     * What stands before the bytes of an answer.
     *
     * @param error NONE when bytes follow
     * @param sizeInBytes of the whole segment
     * @param position of the first byte
     * @param bytes how many follow
     */
    public record BytesHeader(int correlationId, Errors error, long sizeInBytes, long position, int bytes) {}

    // ---- requests

    /** A whole frame. */
    public static ByteBuffer encodeRequest(int correlationId, String clientId, SegmentRequest asked) {
        var partition = new FetchSnapshotRequestData.PartitionSnapshot()
                .setPartition(asked.partition())
                .setCurrentLeaderEpoch(asked.leaderEpoch())
                .setPosition(asked.position());
        partition.snapshotId().setEndOffset(asked.baseOffset());
        if (asked.suspicion()) {
            InterBrokerTags.setSuspicion(partition.unknownTaggedFields());
        }
        InterBrokerTags.setSegmentSize(partition.unknownTaggedFields(), asked.sizeInBytes());
        var topic = new FetchSnapshotRequestData.TopicSnapshot()
                .setName(asked.topicId().toString())
                .setPartitions(List.of(partition));
        var request = new FetchSnapshotRequestData()
                .setReplicaId(asked.nodeId())
                .setMaxBytes(asked.maxBytes())
                .setTopics(List.of(topic));
        InterBrokerTags.setBrokerEpoch(request.unknownTaggedFields(), asked.brokerEpoch());
        var header = new RequestHeaderData()
                .setRequestApiKey(ApiKeys.FETCH_SNAPSHOT.id)
                .setRequestApiVersion(VERSION)
                .setCorrelationId(correlationId)
                .setClientId(clientId);
        var cache = new ObjectSerializationCache();
        int size = header.size(cache, REQUEST_HEADER) + request.size(cache, VERSION);
        ByteBuffer frame = ByteBuffer.allocate(FRAME_LENGTH_BYTES + size);
        var out = new ByteBufferAccessor(frame);
        out.writeInt(size);
        header.write(out, cache, REQUEST_HEADER);
        request.write(out, cache, VERSION);
        return frame.flip();
    }

    /**
     * What was asked for.
     *
     * @throws InvalidRequestException when that is not one segment of one partition, asked for by a node
     */
    public static SegmentRequest read(FetchSnapshotRequestData request) {
        boolean one = request.topics().size() == 1
                && request.topics().get(0).partitions().size() == 1;
        if (!one) {
            throw new InvalidRequestException("segments are asked for one at a time");
        }
        var topic = request.topics().get(0);
        var asked = topic.partitions().get(0);
        if (asked.position() < 0 || asked.position() > Integer.MAX_VALUE) {
            throw new InvalidRequestException("no segment has a byte " + asked.position());
        }
        return new SegmentRequest(
                request.replicaId(),
                InterBrokerTags.brokerEpoch(request.unknownTaggedFields()),
                topicId(topic.name()),
                asked.partition(),
                asked.currentLeaderEpoch(),
                asked.snapshotId().endOffset(),
                InterBrokerTags.segmentSize(asked.unknownTaggedFields()),
                (int) asked.position(),
                request.maxBytes(),
                InterBrokerTags.suspects(asked.unknownTaggedFields()));
    }

    private static Uuid topicId(String name) {
        try {
            return Uuid.fromString(name);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException("no topic id: " + name, e);
        }
    }

    // ---- answers

    /** A refusal of everything. */
    public static FetchSnapshotResponseData refusal(Errors error) {
        return new FetchSnapshotResponseData().setErrorCode(error.code());
    }

    /** A refusal of this segment. */
    public static FetchSnapshotResponseData refusal(SegmentRequest asked, Errors error) {
        return answer(asked, partition(asked).setErrorCode(error.code()));
    }

    /**
     * The description of a segment.
     *
     * @param maxPieceBytes how many of its bytes may be asked for at a time; {@code Integer.MAX_VALUE} for any number
     */
    public static FetchSnapshotResponseData description(
            SegmentRequest asked, SealedSegment segment, int maxPieceBytes) {
        var described = partition(asked).setSize(segment.sizeInBytes());
        described.snapshotId().setEndOffset(segment.nextOffset());
        if (segment.gapsBelow() > 0) {
            InterBrokerTags.setGapsBelow(described.unknownTaggedFields(), segment.gapsBelow());
        }
        InterBrokerTags.setEpochs(described.unknownTaggedFields(), segment.epochs());
        if (maxPieceBytes < Integer.MAX_VALUE) {
            InterBrokerTags.setPiece(described.unknownTaggedFields(), maxPieceBytes);
        }
        return answer(asked, described);
    }

    /** Bytes of a segment; the response owns the slice. */
    public static FetchSnapshotResponseData bytes(SegmentRequest asked, SealedSegment segment, LogSlice slice) {
        var sent = partition(asked)
                .setSize(segment.sizeInBytes())
                .setPosition(asked.position())
                .setUnalignedRecords(new SliceRecords(slice));
        sent.snapshotId().setEndOffset(segment.nextOffset());
        return answer(asked, sent);
    }

    private static FetchSnapshotResponseData.PartitionSnapshot partition(SegmentRequest asked) {
        return new FetchSnapshotResponseData.PartitionSnapshot()
                .setIndex(asked.partition())
                .setUnalignedRecords(MemoryRecords.EMPTY);
    }

    private static FetchSnapshotResponseData answer(
            SegmentRequest asked, FetchSnapshotResponseData.PartitionSnapshot partition) {
        var topic = new FetchSnapshotResponseData.TopicSnapshot()
                .setName(asked.topicId().toString())
                .setPartitions(List.of(partition));
        return new FetchSnapshotResponseData().setTopics(List.of(topic));
    }

    /**
     * Encodes a whole response frame, as {@link FetchCodec#encodeResponse} does; the slice belongs to the frame afterwards.
     *
     * @param allocator gives a buffer of at least so many bytes for everything but the slice
     */
    public static FetchFrame encodeResponse(
            int correlationId, FetchSnapshotResponseData response, IntFunction<ByteBuffer> allocator) {
        return FetchCodec.frame(correlationId, VERSION, true, response, allocator);
    }

    /** Releases the slice of a response that will not be encoded. */
    public static void releaseRecords(FetchSnapshotResponseData response) {
        for (var topic : response.topics()) {
            for (var partition : topic.partitions()) {
                BaseRecords records = partition.unalignedRecords();
                if (records instanceof SliceRecords slice) {
                    slice.slice().release();
                }
            }
        }
    }

    // ---- what the asking node reads

    /**
     * Reads what stands before the bytes of an answer, and leaves the buffer at the first of them.
     *
     * @param frame without its length; at least its first {@link #HEADER_BYTES}, or all of it
     * @throws InvalidRequestException when it is no such answer
     */
    public static BytesHeader readBytesHeader(ByteBuffer frame) {
        try {
            var in = new BoundedReadable(frame, true, 0);
            int correlationId = in.readInt();
            skipTags(in);
            in.readInt(); // throttle time
            Errors refused = Errors.forCode(in.readShort());
            if (refused != Errors.NONE) {
                return new BytesHeader(correlationId, refused, 0, 0, 0);
            }
            expectOne(in);
            in.readByteBuffer(in.readUnsignedVarint() - 1); // topic
            expectOne(in);
            in.readInt(); // partition
            Errors error = Errors.forCode(in.readShort());
            in.readLong(); // snapshot id: end offset
            in.readInt(); // and epoch
            skipTags(in);
            long size = in.readLong();
            long position = in.readLong();
            int bytes = in.readUnsignedVarint() - 1;
            return new BytesHeader(correlationId, error, size, position, Math.max(0, bytes));
        } catch (InvalidRequestException e) {
            throw e;
        } catch (RuntimeException e) {
            // The readers report bad bytes by whatever exception the bytes happen to cause.
            throw new InvalidRequestException("malformed answer to FetchSnapshot", e);
        }
    }

    private static void expectOne(BoundedReadable in) {
        int count = in.readUnsignedVarint() - 1;
        if (count != 1) {
            throw new InvalidRequestException("an answer about " + count + " where one was asked");
        }
    }

    private static void skipTags(BoundedReadable in) {
        for (int left = in.readUnsignedVarint(); left > 0; left--) {
            in.readUnsignedVarint();
            in.readByteBuffer(in.readUnsignedVarint());
        }
    }

    /**
     * What a holder says of a segment.
     *
     * @param maxPieceBytes how many of its bytes it gives at a time, 1 or more
     */
    public record Description(SealedSegment segment, int maxPieceBytes) {}

    /**
     * Reads a description.
     *
     * @param frame without its length, whole
     * @throws InvalidRequestException when it is none
     */
    public static Description readDescription(ByteBuffer frame, long baseOffset) {
        try {
            frame.getInt(); // correlation id
            var in = new BoundedReadable(frame, true, 4);
            skipTags(in);
            var response = new FetchSnapshotResponseData(in, VERSION);
            var described = response.topics().get(0).partitions().get(0);
            long next = described.snapshotId().endOffset();
            if (next <= baseOffset || described.size() <= 0 || described.size() > Integer.MAX_VALUE) {
                throw new InvalidRequestException("a segment from " + baseOffset + " to " + next + " of "
                        + described.size() + " bytes is described");
            }
            List<RawTaggedField> tags = described.unknownTaggedFields();
            SealedSegment segment = new SealedSegment(
                    baseOffset,
                    next,
                    (int) described.size(),
                    InterBrokerTags.gapsBelow(tags),
                    new ArrayList<EpochStart>(InterBrokerTags.epochs(tags)));
            return new Description(segment, InterBrokerTags.piece(tags));
        } catch (InvalidRequestException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new InvalidRequestException("malformed description of a segment", e);
        }
    }
}
