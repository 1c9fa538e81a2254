// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.compact;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class OffsetMapTest {
    @Test
    void knowsTheLatestOffsetOfEachKey() {
        OffsetMap map = OffsetMap.withRoomFor(10_000, 1 << 20);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 10_000; i++)
                assertThat(map.put(key("k" + i), round * 10_000L + i)).isTrue();
        }
        assertThat(map.size()).isEqualTo(10_000);
        for (int i = 0; i < 10_000; i++) assertThat(map.get(key("k" + i))).isEqualTo(20_000 + i);
        assertThat(map.get(key("other"))).isEqualTo(-1);
    }

    @Test
    void anOlderOffsetDoesNotReplaceALaterOne() {
        OffsetMap map = OffsetMap.withRoomFor(10, 1 << 20);
        map.put(key("a"), 0);
        assertThat(map.get(key("a"))).isZero();
        map.put(key("a"), 7);
        map.put(key("a"), 3);
        assertThat(map.get(key("a"))).isEqualTo(7);
    }

    @Test
    void takesNoFurtherKeyWhenItsMemoryIsUsedButGoesOnWithThoseItHas() {
        OffsetMap map = OffsetMap.withRoomFor(1_000_000, 24 * 1000);
        int taken = 0;
        while (map.put(key("k" + taken), taken)) taken++;
        assertThat(taken).isEqualTo(map.capacity()).isEqualTo(750);
        assertThat(map.get(key("k" + taken))).isEqualTo(-1);
        assertThat(map.put(key("k3"), 5_000)).isTrue();
        assertThat(map.get(key("k3"))).isEqualTo(5_000);
        for (int i = 4; i < taken; i++) assertThat(map.get(key("k" + i))).isEqualTo(i);
    }

    @Test
    void takesKeysFromDirectBuffersAndLeavesTheirPositions() {
        OffsetMap map = OffsetMap.withRoomFor(10, 1 << 20);
        ByteBuffer direct = ByteBuffer.allocateDirect(3)
                .put((byte) 'k')
                .put((byte) '1')
                .put((byte) 'x')
                .flip();
        direct.limit(2);
        map.put(direct, 4);
        assertThat(direct.remaining()).isEqualTo(2);
        assertThat(map.get(key("k1"))).isEqualTo(4);
    }

    private static ByteBuffer key(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
