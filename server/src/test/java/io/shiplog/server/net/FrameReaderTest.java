// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.shiplog.server.protocol.MalformedRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameReaderTest {
    private static final int MAX = 4 * 1024 * 1024;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final FrameReader reader = new FrameReader(allocator, MAX);

    @AfterEach
    void nothingIsLeftAllocated() {
        reader.close();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 1000, 65_536, 1_000_000})
    void cutsFramesHoweverTheBytesArrive(int bytesAtATime) throws MalformedRequest {
        Random random = new Random(bytesAtATime);
        List<byte[]> frames = new ArrayList<>();
        ByteBuf wire = Unpooled.buffer();
        for (int size : new int[] {1, 5, 200, 8_191, 8_192, 40_000, 3, 700_000, 2, 2}) {
            byte[] frame = new byte[size];
            random.nextBytes(frame);
            frames.add(frame);
            wire.writeInt(size).writeBytes(frame);
        }
        List<byte[]> read = new ArrayList<>();
        while (wire.isReadable()) {
            receive(wire, bytesAtATime);
            collect(read);
        }
        assertThat(read)
                .usingElementComparator((a, b) -> java.util.Arrays.compare(a, b))
                .isEqualTo(frames);
        assertThat(reader.midFrame()).isFalse();
    }

    @Test
    void framesNotTakenYetSurviveFurtherBytes() throws MalformedRequest {
        ByteBuf wire = Unpooled.buffer();
        for (int i = 0; i < 4; i++) {
            wire.writeInt(4).writeInt(i);
        }
        receive(wire, 18);
        receive(wire, 1_000);
        List<byte[]> read = new ArrayList<>();
        collect(read);
        assertThat(read).extracting(frame -> (int) frame[3]).containsExactly(0, 1, 2, 3);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, MAX + 1, Integer.MAX_VALUE})
    void refusesLengthsThatNoRequestHas(int length) {
        receive(Unpooled.buffer().writeInt(length), 4);
        assertThatThrownBy(reader::next)
                .isInstanceOf(MalformedRequest.class)
                .hasMessageContaining(Integer.toString(length));
    }

    @Test
    void aDeclaredLengthAllocatesOnlyAChunk() throws MalformedRequest {
        receive(Unpooled.buffer().writeInt(MAX).writeByte(1), 5);
        assertThat(reader.next()).isNull();
        assertThat(reader.midFrame()).isTrue();
        assertThat(allocator.metric().usedDirectMemory()).isLessThanOrEqualTo(FrameReader.CHUNK_BYTES);
    }

    @Test
    void memoryFollowsWhatHasArrived() throws MalformedRequest {
        ByteBuf wire = Unpooled.buffer().writeInt(MAX).writeZero(MAX);
        long arrived = 0;
        ByteBuf frame = null;
        while (frame == null) {
            arrived += receive(wire, 20_000);
            frame = reader.next();
            long bound = Math.max(FrameReader.CHUNK_BYTES, FrameReader.GROWTH * arrived);
            assertThat(allocator.metric().usedDirectMemory()).isLessThanOrEqualTo(bound);
        }
        assertThat(frame.readableBytes()).isEqualTo(MAX);
        frame.release();
    }

    @Test
    void aSmallFrameDoesNotPinItsChunk() throws MalformedRequest {
        receive(Unpooled.buffer().writeInt(10).writeZero(10), 100);
        ByteBuf frame = reader.next();
        assertThat(reader.next()).isNull();
        assertThat(allocator.metric().usedDirectMemory()).isEqualTo(10);
        frame.release();
    }

    private int receive(ByteBuf wire, int atMost) {
        ByteBuf buffer = reader.receiveBuffer();
        int n = Math.min(atMost, Math.min(wire.readableBytes(), buffer.capacity() - buffer.writerIndex()));
        buffer.writeBytes(wire, n);
        reader.received(buffer);
        return n;
    }

    private void collect(List<byte[]> read) throws MalformedRequest {
        ByteBuf frame;
        while ((frame = reader.next()) != null) {
            byte[] bytes = new byte[frame.readableBytes()];
            frame.readBytes(bytes);
            frame.release();
            read.add(bytes);
        }
    }
}
