// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class HeaderCrcTest {
    @Test
    void isTheCrc32cOfAllHeadersOneBehindTheOther() {
        ByteBuffer bytes = ByteBuffer.allocate(1000);
        new Random(3).nextBytes(bytes.array());
        CRC32C expected = new CRC32C();
        int state = HeaderCrc.INITIAL;
        for (int at = 7; at + HeaderCrc.BYTES <= bytes.limit(); at += 61) {
            state = HeaderCrc.extend(state, bytes, at);
            expected.update(bytes.array(), at, HeaderCrc.BYTES);
            assertThat(~state).isEqualTo((int) expected.getValue());
        }
    }

    @Test
    void everyBitOfTheHeaderCountsAndNoneBehindIt() {
        ByteBuffer bytes = ByteBuffer.allocate(64);
        int before = HeaderCrc.extend(HeaderCrc.INITIAL, bytes, 0);
        for (int bit = 0; bit < 64 * 8; bit++) {
            bytes.put(bit / 8, (byte) (1 << (bit % 8)));
            boolean changed = HeaderCrc.extend(HeaderCrc.INITIAL, bytes, 0) != before;
            assertThat(changed).as("bit %d", bit).isEqualTo(bit < HeaderCrc.BYTES * 8);
            bytes.put(bit / 8, (byte) 0);
        }
    }

    @Test
    void whatIsUnknownStaysUnknown() {
        assertThat(HeaderCrc.extend(HeaderCrc.UNKNOWN, ByteBuffer.allocate(64), 0))
                .isEqualTo(HeaderCrc.UNKNOWN);
    }
}
