// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.storage.StorageClock;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.log.LogSlice;
import io.shiplog.storage.log.PartitionLog;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The parts of an encoded response, one after the other, are the bytes that Kafka's classes write. */
class FetchEncodingTest {
    @TempDir
    Path directory;

    private LogDirectory logs;
    private PartitionLog log;

    @BeforeEach
    void fillALog() {
        logs = LogDirectory.open(directory, LogDirectoryConfig.defaultConfig(), StorageClock.system());
        logs.stampAs("cluster", 1);
        logs.recover((done, of) -> {});
        log = logs.create(new TopicIdPartition(RandomFetches.uuid(new Random(1)), 0, "t"), LogSettings.defaults());
        logs.markRunning(1);
        for (int i = 0; i < 20; i++) {
            log.appendAsLeader(Batches.of("value " + i), 0, System.currentTimeMillis(), true);
        }
    }

    @AfterEach
    void close() {
        logs.close();
    }

    static IntStream versions() {
        return IntStream.rangeClosed(FetchCodec.MIN_VERSION, FetchCodec.MAX_VERSION);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void partsAreWhatKafkaWrites(int version) {
        Random random = new Random(version);
        for (int i = 0; i < 200; i++) {
            FetchResponseData inMemory = RandomFetches.response(random, (short) version);
            FetchResponseData sliced = inMemory.duplicate();
            eachPartition(sliced, inMemory, random);
            ByteBuffer expected = framed(version, RandomFetches.encode(inMemory, (short) version));
            FetchFrame frame = FetchCodec.encodeResponse(77, (short) version, sliced, ByteBuffer::allocate);
            assertThat(frame.sizeInBytes()).isEqualTo(expected.remaining());
            assertThat(WireEndpoint.bytes(frame)).isEqualTo(expected);
        }
    }

    /** Gives some partitions records of the log: as a slice to one response, as bytes to the other. */
    private void eachPartition(FetchResponseData sliced, FetchResponseData inMemory, Random random) {
        for (int i = 0; i < sliced.responses().size(); i++) {
            for (int j = 0; j < sliced.responses().get(i).partitions().size(); j++) {
                PartitionData one = sliced.responses().get(i).partitions().get(j);
                PartitionData other = inMemory.responses().get(i).partitions().get(j);
                BaseRecords records = other.records();
                if (random.nextBoolean()) {
                    LogSlice slice = log.read(random.nextInt(20), 1 + random.nextInt(2_000), 20, true);
                    ByteBuffer copy = ByteBuffer.allocate(slice.sizeInBytes());
                    slice.copyTo(copy);
                    records = new SliceRecords(slice);
                    other.setRecords(MemoryRecords.readableRecords(copy.flip()));
                }
                one.setRecords(records);
            }
        }
    }

    private static ByteBuffer framed(int version, ByteBuffer body) {
        short headerVersion = ApiKeys.FETCH.responseHeaderVersion((short) version);
        ByteBuffer header = RandomFetches.encode(new ResponseHeaderData().setCorrelationId(77), headerVersion);
        ByteBuffer frame = ByteBuffer.allocate(4 + header.remaining() + body.remaining());
        return frame.putInt(header.remaining() + body.remaining())
                .put(header)
                .put(body)
                .flip();
    }

    @Test
    void bufferMayBeginAnywhere() {
        FetchResponseData response = withSlice(log.read(3, 100, 20, true));
        ByteBuffer plain = WireEndpoint.bytes(FetchCodec.encodeResponse(1, (short) 18, response, ByteBuffer::allocate));
        response = withSlice(log.read(3, 100, 20, true));
        FetchFrame shifted = FetchCodec.encodeResponse(
                1,
                (short) 18,
                response,
                size -> ByteBuffer.allocateDirect(size + 9).position(9));
        assertThat(WireEndpoint.bytes(shifted)).isEqualTo(plain);
    }

    @Test
    void frameIsWrittenOrReleasedOnce() {
        FetchFrame written = FetchCodec.encodeResponse(1, (short) 18, withSlice(LogSlice.EMPTY), ByteBuffer::allocate);
        WireEndpoint.bytes(written);
        assertThatThrownBy(written::release).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> WireEndpoint.bytes(written)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void releasedFrameReleasesItsSlices() {
        LogSlice slice = log.read(3, 100, 20, true);
        FetchCodec.encodeResponse(1, (short) 18, withSlice(slice), ByteBuffer::allocate)
                .release();
        assertThatThrownBy(slice::retain).hasMessageContaining("released");
    }

    @Test
    void responseThatIsNotEncodedCanBeReleased() {
        LogSlice slice = log.read(3, 100, 20, true);
        FetchCodec.releaseRecords(withSlice(slice));
        assertThatThrownBy(slice::retain).hasMessageContaining("released");
    }

    private static FetchResponseData withSlice(LogSlice slice) {
        FetchResponseData response = new FetchResponseData();
        response.responses().add(new FetchResponseData.FetchableTopicResponse());
        response.responses().get(0).partitions().add(new PartitionData().setRecords(new SliceRecords(slice)));
        return response;
    }
}
