// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArrivingBatchesTest {
    private final ByteBuffer whole = TestBatches.direct(TestBatches.concat(
            TestBatches.stored(0, 1, "a", "b"), emptied(2), TestBatches.stored(3, 2, "c".repeat(300))));
    private final List<Long> offsets = new ArrayList<>();

    /** What compaction leaves of a batch whose records are gone: a header. */
    private static ByteBuffer emptied(long baseOffset) {
        ByteBuffer batch = TestBatches.stored(baseOffset, 1, "gone");
        batch.putInt(8, RecordBatchHeader.SIZE - 12);
        batch.putInt(57, 0);
        batch.limit(RecordBatchHeader.SIZE);
        TestBatches.renewCrc(batch);
        return batch;
    }

    private ArrivingBatches arriving(int fileSize) {
        offsets.clear();
        return new ArrivingBatches(fileSize, (header, at) -> {
            offsets.add(RecordBatchHeader.baseOffset(header, at));
            return null;
        });
    }

    private static String take(ArrivingBatches batches, ByteBuffer bytes, int pieceBytes) {
        for (int at = 0; at < bytes.limit(); at += pieceBytes) {
            ByteBuffer piece = bytes.duplicate().position(at).limit(Math.min(bytes.limit(), at + pieceBytes));
            String problem = batches.take(piece);
            assertThat(piece.position()).isEqualTo(at);
            if (problem != null) return problem;
        }
        return null;
    }

    @Test
    void piecesOfAnySizeAreTheSameBatches() {
        for (int piece = 1; piece <= whole.limit(); piece++) {
            ArrivingBatches batches = arriving(whole.limit());
            assertThat(take(batches, whole, piece)).as("pieces of %s", piece).isNull();
            assertThat(offsets).containsExactly(0L, 2L, 3L);
            assertThat(batches.isBetweenBatches()).isTrue();
        }
    }

    @Test
    void everyBitThatTheCrcCoversCounts() {
        int first = (int) RecordBatchHeader.sizeInBytes(whole, 0);
        for (int at : new int[] {RecordBatchHeader.CRC_COVERS_FROM, 60, first - 1, first + 60, whole.limit() - 1}) {
            ByteBuffer rotten = TestBatches.direct(whole.duplicate());
            rotten.put(at, (byte) (rotten.get(at) ^ 1));
            for (int piece : new int[] {1, 50, whole.limit()}) {
                assertThat(take(arriving(rotten.limit()), rotten, piece))
                        .as("byte %s in pieces of %s", at, piece)
                        .contains("do not have its CRC");
            }
        }
    }

    @Test
    void aBatchBeyondTheEndOfTheFileIsNone() {
        ArrivingBatches batches = arriving(whole.limit() - 1);
        assertThat(take(batches, whole, 100)).isEqualTo("no whole batch");
        assertThat(offsets).containsExactly(0L, 2L);
        assertThat(batches.position()).isPositive();
    }

    @Test
    void whatHasNoPlausibleHeaderIsNone() {
        ByteBuffer magic = TestBatches.direct(whole.duplicate());
        magic.put(16, (byte) 1);
        assertThat(take(arriving(magic.limit()), magic, 7)).isEqualTo("no whole batch");
        ByteBuffer length = TestBatches.direct(whole.duplicate());
        length.putInt(8, RecordBatchHeader.SIZE - 13);
        assertThat(take(arriving(length.limit()), length, 7)).isEqualTo("no whole batch");
        ByteBuffer offsetDelta = TestBatches.direct(whole.duplicate());
        offsetDelta.putInt(23, -1);
        assertThat(take(arriving(offsetDelta.limit()), offsetDelta, 7)).isEqualTo("no whole batch");
        assertThat(offsets).isEmpty();
    }

    @Test
    void theEndWithinABatchIsSeen() {
        for (int end : new int[] {30, 61, 62, whole.limit() - 1}) {
            ArrivingBatches batches = arriving(whole.limit());
            assertThat(take(batches, whole.duplicate().limit(end), 40)).isNull();
            assertThat(batches.isBetweenBatches()).as("end at %s", end).isFalse();
        }
    }

    @Test
    void whatTheJudgeRefusesIsRefused() {
        ArrivingBatches batches = new ArrivingBatches(
                whole.limit(), (header, at) -> RecordBatchHeader.baseOffset(header, at) == 3 ? "three" : null);
        assertThat(take(batches, whole, 33)).isEqualTo("three");
        assertThat(batches.position())
                .isEqualTo(whole.limit()
                        - (int) RecordBatchHeader.sizeInBytes(TestBatches.stored(3, 2, "c".repeat(300)), 0));
    }
}
