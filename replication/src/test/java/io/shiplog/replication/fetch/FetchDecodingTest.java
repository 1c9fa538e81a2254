// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Decoding of fetches: what Kafka's classes write is read as they read it, and nothing else makes us allocate. */
class FetchDecodingTest {
    private static final int MAX_ELEMENTS = 1_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    static IntStream versions() {
        return IntStream.rangeClosed(FetchCodec.MIN_VERSION, FetchCodec.MAX_VERSION);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void requestIsReadAsKafkaWroteIt(int version) {
        Random random = new Random(version);
        for (int i = 0; i < 200; i++) {
            FetchRequestData request = RandomFetches.request(random, (short) version);
            ByteBuffer encoded = RandomFetches.encode(request, (short) version);
            assertThat(FetchCodec.decodeRequest(encoded, (short) version, MAX_ELEMENTS))
                    .isEqualTo(request);
            assertThat(encoded.remaining()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void responseIsReadAsKafkaWroteIt(int version) {
        Random random = new Random(version);
        for (int i = 0; i < 200; i++) {
            FetchResponseData response = RandomFetches.response(random, (short) version);
            ByteBuffer encoded = RandomFetches.encode(response, (short) version);
            FetchResponseData decoded = FetchCodec.decodeResponse(encoded, (short) version, MAX_ELEMENTS);
            // Read again to compare: what was written as null and as nothing is the same to neither class.
            assertThat(RandomFetches.encode(decoded, (short) version)).isEqualTo(encoded.flip());
        }
    }

    @Test
    void recordsOfAResponseAreSlicesOfTheBuffer() {
        Random random = new Random(5);
        FetchResponseData response = RandomFetches.response(random, (short) 18);
        while (recordBytes(response) == 0) {
            response = RandomFetches.response(random, (short) 18);
        }
        ByteBuffer encoded = RandomFetches.encode(response, (short) 18);
        FetchResponseData decoded = FetchCodec.decodeResponse(encoded, (short) 18, MAX_ELEMENTS);
        for (int i = 0; i < encoded.limit(); i++) {
            encoded.put(i, (byte) 7);
        }
        assertThat(recordBytes(decoded)).isEqualTo(recordBytes(response)).isPositive();
        decoded.responses()
                .forEach(topic -> topic.partitions().forEach(partition -> {
                    if (partition.records() instanceof org.apache.kafka.common.record.internal.MemoryRecords records
                            && records.sizeInBytes() > 0) {
                        assertThat(records.buffer().get(0)).isEqualTo((byte) 7);
                    }
                }));
    }

    private static int recordBytes(FetchResponseData response) {
        return response.responses().stream()
                .flatMap(topic -> topic.partitions().stream())
                .mapToInt(partition ->
                        partition.records() == null ? 0 : partition.records().sizeInBytes())
                .sum();
    }

    @Test
    void versionThatIsNotServedIsRefused() {
        assertThatThrownBy(() -> FetchCodec.decodeRequest(ByteBuffer.allocate(100), (short) 3, MAX_ELEMENTS))
                .isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> FetchCodec.decodeRequest(ByteBuffer.allocate(100), (short) 19, MAX_ELEMENTS))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void flushedOffsetTravels() {
        FetchPartition partition = new FetchPartition();
        assertThat(InterBrokerTags.flushedOffset(partition)).isEqualTo(InterBrokerTags.UNKNOWN_FLUSHED_OFFSET);
        InterBrokerTags.setFlushedOffset(partition, 1L << 40);
        FetchRequestData request = with(partition);
        FetchPartition read = onlyPartition(decode(request));
        assertThat(InterBrokerTags.flushedOffset(read)).isEqualTo(1L << 40);
    }

    @Test
    void taggedFieldsThatNobodyKnowsAreNotKept() {
        FetchPartition partition = new FetchPartition();
        partition.unknownTaggedFields().add(new RawTaggedField(9_999, new byte[100]));
        InterBrokerTags.setFlushedOffset(partition, 3);
        partition.unknownTaggedFields().add(new RawTaggedField(20_000, new byte[0]));
        FetchPartition read = onlyPartition(decode(with(partition)));
        assertThat(read.unknownTaggedFields()).hasSize(1);
        assertThat(InterBrokerTags.flushedOffset(read)).isEqualTo(3);
    }

    @Test
    void flushedOffsetOfAnotherSizeIsNone() {
        FetchPartition partition = new FetchPartition();
        partition.unknownTaggedFields().add(new RawTaggedField(10_000, new byte[4]));
        assertThat(InterBrokerTags.flushedOffset(onlyPartition(decode(with(partition)))))
                .isEqualTo(InterBrokerTags.UNKNOWN_FLUSHED_OFFSET);
    }

    @Test
    void moreElementsThanAllowedAreRefused() {
        FetchRequestData request = new FetchRequestData();
        for (int i = 0; i < 10; i++) {
            FetchTopic topic = new FetchTopic().setTopic("t");
            topic.partitions().add(new FetchPartition());
            request.topics().add(topic);
        }
        for (int version : versions().toArray()) {
            assertThat(FetchCodec.decodeRequest(RandomFetches.encode(request, (short) version), (short) version, 20)
                            .topics())
                    .hasSize(10);
            assertThatThrownBy(() -> FetchCodec.decodeRequest(
                            RandomFetches.encode(request, (short) version), (short) version, 19))
                    .isInstanceOf(InvalidRequestException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void truncatedRequestIsRefused(int version) {
        Random random = new Random(version);
        FetchRequestData request = RandomFetches.request(random, (short) version);
        ByteBuffer whole = RandomFetches.encode(request, (short) version);
        for (int length = 0; length < whole.limit(); length++) {
            ByteBuffer part = whole.slice(0, length);
            assertThatThrownBy(() -> FetchCodec.decodeRequest(part, (short) version, MAX_ELEMENTS))
                    .isInstanceOf(InvalidRequestException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void hostileBytesCostNoMoreMemoryThanTheyAreWorth(int version) {
        Random random = new Random(version);
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = hostile(random, (short) version);
            long before = THREADS.getCurrentThreadAllocatedBytes();
            tryDecode(bytes, (short) version, i % 2 == 0);
            long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
            // Elements are objects, some 100 bytes each, and there are at most so many of them; an exception has a
            // trace.
            assertThat(allocated).isLessThan(64_000 + 32L * bytes.length + 200L * MAX_ELEMENTS);
        }
    }

    private static void tryDecode(byte[] bytes, short version, boolean request) {
        try {
            if (request) {
                FetchCodec.decodeRequest(ByteBuffer.wrap(bytes), version, MAX_ELEMENTS);
            } else {
                FetchCodec.decodeResponse(ByteBuffer.wrap(bytes), version, MAX_ELEMENTS);
            }
        } catch (InvalidRequestException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    /** Noise, or a message with some of its bytes turned into the beginnings of huge counts. */
    private static byte[] hostile(Random random, short version) {
        if (random.nextInt(3) == 0) {
            byte[] noise = new byte[random.nextInt(20_000)];
            random.nextBytes(noise);
            return noise;
        }
        byte[] bytes = RandomFetches.encode(RandomFetches.request(random, version), version)
                .array();
        byte[] padded = java.util.Arrays.copyOf(bytes, bytes.length + random.nextInt(50_000));
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(bytes.length);
            for (int j = 0; j < 4 && at + j < padded.length; j++) {
                padded[at + j] = (byte) (j == 0 ? 0x7f : 0xff);
            }
        }
        return padded;
    }

    @Test
    void emptyElementsWithoutEndAreRefusedEarly() {
        // A topics array of millions of empty topics, three bytes each: honest counts, hundred bytes of objects apiece.
        ByteBuffer bytes = ByteBuffer.allocate(3_000_100);
        bytes.position(4 + 4 + 4 + 4 + 1 + 4 + 4);
        bytes.put((byte) 0xc1).put((byte) 0x84).put((byte) 0x3d); // 1,000,001 as varint: a million topics
        bytes.position(bytes.limit()).flip();
        long before = THREADS.getCurrentThreadAllocatedBytes();
        assertThatThrownBy(() -> FetchCodec.decodeRequest(bytes, (short) 12, MAX_ELEMENTS))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("1000000 elements");
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(1_000_000);
    }

    private static FetchRequestData with(FetchPartition partition) {
        FetchRequestData request = new FetchRequestData();
        request.topics().add(new FetchTopic());
        request.topics().get(0).partitions().add(partition);
        return request;
    }

    private static FetchRequestData decode(FetchRequestData request) {
        return FetchCodec.decodeRequest(RandomFetches.encode(request, (short) 18), (short) 18, MAX_ELEMENTS);
    }

    private static FetchPartition onlyPartition(FetchRequestData request) {
        return request.topics().get(0).partitions().get(0);
    }
}
