// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.replication.fetch.SegmentCodec.BytesHeader;
import io.shiplog.storage.log.LogSlice;
import io.shiplog.storage.log.SealedSegment;
import io.shiplog.storage.model.EpochStart;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.FetchSnapshotRequestData;
import org.apache.kafka.common.message.FetchSnapshotResponseData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;

class SegmentCodecTest {
    private static final Uuid TOPIC = new Uuid(3, 4);
    private static final SegmentRequest DESCRIBE =
            new SegmentRequest(102, 77, TOPIC, 6, 5, 4_000, SegmentRequest.DESCRIBE, 0, 0, false);

    private static SegmentRequest overTheWire(SegmentRequest asked) {
        ByteBuffer frame = SegmentCodec.encodeRequest(9, "shipping-102", asked);
        assertThat(frame.getInt()).isEqualTo(frame.remaining());
        short headerVersion = ApiKeys.FETCH_SNAPSHOT.requestHeaderVersion(SegmentCodec.VERSION);
        RequestHeaderData header = new RequestHeaderData(new BoundedReadable(frame, true, 0), headerVersion);
        assertThat(header.requestApiKey()).isEqualTo(ApiKeys.FETCH_SNAPSHOT.id);
        assertThat(header.correlationId()).isEqualTo(9);
        var request = new FetchSnapshotRequestData(new BoundedReadable(frame, true, 10), SegmentCodec.VERSION);
        assertThat(frame.hasRemaining()).isFalse();
        return SegmentCodec.read(request);
    }

    private static ByteBuffer frame(FetchSnapshotResponseData response) {
        List<ByteBuffer> parts = new ArrayList<>();
        FetchFrame frame = SegmentCodec.encodeResponse(9, response, ByteBuffer::allocate);
        frame.writeTo(new FrameSink() {
            @Override
            public void bytes(ByteBuffer bytes) {
                parts.add(bytes);
            }

            @Override
            public void slice(LogSlice slice) {
                throw new AssertionError("no slice was given");
            }
        });
        ByteBuffer whole = ByteBuffer.allocate(frame.sizeInBytes());
        parts.forEach(whole::put);
        whole.flip();
        assertThat(whole.getInt()).isEqualTo(whole.remaining());
        return whole.slice();
    }

    /** As a holder answers, but with bytes of the test instead of a file's. */
    private static FetchSnapshotResponseData answer(int bytes) {
        var partition = new FetchSnapshotResponseData.PartitionSnapshot()
                .setIndex(6)
                .setSize(5_000)
                .setPosition(1_200)
                .setUnalignedRecords(MemoryRecords.readableRecords(ByteBuffer.allocate(bytes)));
        partition.snapshotId().setEndOffset(4_100);
        var topic = new FetchSnapshotResponseData.TopicSnapshot()
                .setName(TOPIC.toString())
                .setPartitions(List.of(partition));
        return new FetchSnapshotResponseData().setTopics(List.of(topic));
    }

    @Test
    void requestsComeAsTheyWereSent() {
        assertThat(overTheWire(DESCRIBE)).isEqualTo(DESCRIBE);
        SegmentRequest bytes = DESCRIBE.forBytes(5_000, 1_200, 300);
        assertThat(overTheWire(bytes)).isEqualTo(bytes);
        assertThat(bytes.sizeInBytes()).isEqualTo(5_000);
        SegmentRequest suspicion = DESCRIBE.suspecting();
        assertThat(overTheWire(suspicion)).isEqualTo(suspicion);
        assertThat(suspicion.suspicion()).isTrue();
    }

    @Test
    void aRequestOfSomebodyElseNamesNoBrokerEpoch() {
        var partition = new FetchSnapshotRequestData.PartitionSnapshot().setPartition(0);
        var topic = new FetchSnapshotRequestData.TopicSnapshot()
                .setName(TOPIC.toString())
                .setPartitions(List.of(partition));
        var request = new FetchSnapshotRequestData().setTopics(List.of(topic));
        SegmentRequest read = SegmentCodec.read(request);
        assertThat(read.brokerEpoch()).isEqualTo(-1);
        assertThat(read.nodeId()).isEqualTo(-1);
    }

    @Test
    void requestsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> SegmentCodec.read(new FetchSnapshotRequestData()))
                .isInstanceOf(InvalidRequestException.class);
        var partition = new FetchSnapshotRequestData.PartitionSnapshot();
        var named = new FetchSnapshotRequestData.TopicSnapshot()
                .setName("__cluster_metadata")
                .setPartitions(List.of(partition));
        assertThatThrownBy(() -> SegmentCodec.read(new FetchSnapshotRequestData().setTopics(List.of(named))))
                .isInstanceOf(InvalidRequestException.class);
        var far = new FetchSnapshotRequestData.TopicSnapshot()
                .setName(TOPIC.toString())
                .setPartitions(List.of(new FetchSnapshotRequestData.PartitionSnapshot().setPosition(1L << 31)));
        assertThatThrownBy(() -> SegmentCodec.read(new FetchSnapshotRequestData().setTopics(List.of(far))))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void descriptionsComeAsTheyWereSent() {
        SealedSegment segment = new SealedSegment(
                4_000, 4_100, 5_000, 4_050, List.of(new EpochStart(2, 4_000), new EpochStart(5, 4_020)));
        ByteBuffer frame = frame(SegmentCodec.description(DESCRIBE, segment, 70_000));
        assertThat(SegmentCodec.readBytesHeader(frame.duplicate()).error()).isEqualTo(Errors.NONE);
        assertThat(SegmentCodec.readDescription(frame, 4_000)).isEqualTo(new SegmentCodec.Description(segment, 70_000));
        ByteBuffer unbounded = frame(SegmentCodec.description(DESCRIBE, segment, Integer.MAX_VALUE));
        assertThat(SegmentCodec.readDescription(unbounded, 4_000).maxPieceBytes())
                .isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void aDescriptionThatMakesNoSenseIsRefused() {
        SealedSegment segment = new SealedSegment(4_000, 4_100, 5_000, 0, List.of());
        ByteBuffer frame = frame(SegmentCodec.description(DESCRIBE, segment, 70_000));
        assertThatThrownBy(() -> SegmentCodec.readDescription(frame, 4_100))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void theHeaderLeavesTheBufferAtTheFirstByte() {
        ByteBuffer frame = frame(answer(3_000));
        int length = frame.remaining();
        ByteBuffer start = frame.slice(0, SegmentCodec.HEADER_BYTES);
        BytesHeader header = SegmentCodec.readBytesHeader(start);
        assertThat(header).isEqualTo(new BytesHeader(9, Errors.NONE, 5_000, 1_200, 3_000));
        int tail = length - start.position() - 3_000;
        assertThat(tail)
                .as("empty tagged fields of partition, topic and response")
                .isEqualTo(3);
    }

    @Test
    void refusalsAreRead() {
        ByteBuffer all = frame(SegmentCodec.refusal(Errors.STALE_BROKER_EPOCH));
        assertThat(SegmentCodec.readBytesHeader(all).error()).isEqualTo(Errors.STALE_BROKER_EPOCH);
        ByteBuffer one = frame(SegmentCodec.refusal(DESCRIBE, Errors.SNAPSHOT_NOT_FOUND));
        assertThat(SegmentCodec.readBytesHeader(one).error()).isEqualTo(Errors.SNAPSHOT_NOT_FOUND);
    }

    /** Whatever comes, it is read or refused, and costs no more than it holds. */
    @Test
    void garbageIsRefused() {
        Random random = new Random(5);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            ByteBuffer frame = frame(answer(random.nextInt(300)));
            for (int flips = random.nextInt(6); flips >= 0; flips--) {
                frame.put(random.nextInt(frame.limit()), (byte) random.nextInt());
            }
            try {
                SegmentCodec.readBytesHeader(frame.duplicate());
                SegmentCodec.readDescription(frame, 4_000);
            } catch (InvalidRequestException e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }
}
