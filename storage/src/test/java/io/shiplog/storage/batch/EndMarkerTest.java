// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndMarkerTest {
    private final EndMarker marker = new EndMarker();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatKafkaWroteIsRead(boolean commit) {
        assertThat(marker.read(TestBatches.marker(7, 3, commit, 0x12345678), 0)).isTrue();
        assertThat(marker.isAbort()).isEqualTo(!commit);
        assertThat(marker.coordinatorEpoch()).isEqualTo(0x12345678);
    }

    @Test
    void itIsReadWhereItStands() {
        ByteBuffer two = TestBatches.concat(TestBatches.batch(1, "a"), TestBatches.marker(7, 3, true, 5));
        int at = (int) RecordBatchHeader.sizeInBytes(two, 0);
        assertThat(marker.read(two, at)).isTrue();
        assertThat(marker.coordinatorEpoch()).isEqualTo(5);
        assertThat(marker.read(two, 0)).as("data").isFalse();
    }

    @Test
    void aHeaderAloneIsNotEnough() {
        ByteBuffer b = TestBatches.marker(7, 3, true, 5);
        for (int limit = RecordBatchHeader.SIZE; limit < b.capacity() && limit < 78; limit++) {
            b.limit(limit);
            assertThat(marker.read(b, 0)).as("up to " + limit).isFalse();
        }
    }

    @Test
    void ofAnotherTypeIsNoEnd() {
        ByteBuffer b = TestBatches.marker(7, 3, true, 5);
        b.putShort(b.limit() - 1 - 6 - 1 - 2, (short) 2);
        assertThat(marker.read(b, 0)).as("the change of a leader").isFalse();
    }

    @Test
    void anyBytesAreReadWithoutHarm() {
        Random random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            ByteBuffer b = TestBatches.marker(7, 3, true, 5);
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                int at = RecordBatchHeader.SIZE + random.nextInt(b.limit() - RecordBatchHeader.SIZE);
                b.put(at, (byte) random.nextInt());
            }
            if (marker.read(b, 0)) assertThat(b.limit()).isLessThan(EndMarker.MAX_BATCH_BYTES);
            assertThat(marker.read(TestBatches.marker(7, 3, false, 9), 0)).isTrue();
            assertThat(marker.coordinatorEpoch()).isEqualTo(9);
        }
    }
}
