// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.batch.HeaderCrc;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SparseIndexTest {
    /** Batches of 10 bytes, an entry for every third one. */
    private static void arrive(SparseIndex index, int batch) {
        if (batch % 3 == 0) index.add(batch, batch * 10, 1000 + batch);
        index.extendHeaderCrc(ByteBuffer.allocate(64).putLong(0, batch), 0);
    }

    private static SparseIndex of(int batches) {
        SparseIndex index = new SparseIndex();
        for (int i = 0; i < batches; i++) arrive(index, i);
        return index;
    }

    private static List<String> entries(SparseIndex index) {
        List<String> entries = new ArrayList<>();
        for (int i = 0; i < index.count(); i++) {
            entries.add(index.relativeOffset(i) + "@" + index.position(i) + " " + index.maxTimestampBefore(i) + " "
                    + index.headerCrc(i));
        }
        return entries;
    }

    @Test
    void blocksTakenAtAnyMomentsComeTogetherAgain() {
        for (int first = 1; first < 12; first++) {
            for (int second = first + 1; second < 14; second++) {
                SparseIndex index = of(first);
                IndexChain chain = new IndexChain(0);
                chain.add(index.block(0, 0, first * 10));
                for (int i = first; i < second; i++) arrive(index, i);
                chain.add(index.block(0, first * 10, second * 10));
                for (int i = second; i < 15; i++) arrive(index, i);
                chain.add(index.block(0, second * 10, 150));
                assertThat(chain.whole().toPosition()).isEqualTo(150);
                assertThat(entries(chain.whole().entries())).isEqualTo(entries(of(15)));
            }
        }
    }

    @Test
    void anEntryThatIsInsertedLiesBetweenTheOthers() {
        SparseIndex index = of(9);
        assertThat(index.insert(4, 40, 7)).isTrue();
        assertThat(index.insert(4, 40, 7)).as("it is there already").isTrue();
        assertThat(index.count()).isEqualTo(4);
        assertThat(index.floorByOffset(5)).isEqualTo(2);
        assertThat(index.position(2)).isEqualTo(40);
        assertThat(index.relativeOffset(3)).isEqualTo(6);
        assertThat(index.maxTimestampBefore(2)).as("timestamps do not fall").isEqualTo(1003);
        assertThat(index.headerCrc(1)).isEqualTo(HeaderCrc.UNKNOWN);
        assertThat(index.headerCrc(2)).isEqualTo(HeaderCrc.UNKNOWN);
        assertThat(index.headerCrc(3)).isEqualTo(of(9).headerCrc(2));
    }

    @Test
    void anEntryThatDoesNotFitIsNotInserted() {
        SparseIndex index = of(9);
        assertThat(index.insert(7, 40, 7)).as("behind the next one").isFalse();
        assertThat(index.insert(2, 40, 7)).as("before the one before").isFalse();
        assertThat(index.insert(4, 30, 7)).as("another batch there").isFalse();
        assertThat(entries(index)).isEqualTo(entries(of(9)));
    }

    @Test
    void aBlockThatDoesNotBeginWhereTheLastOneEndedIsNotBelieved() {
        SparseIndex index = of(15);
        IndexChain chain = new IndexChain(0);
        assertThat(chain.add(index.block(0, 0, 90))).isTrue();
        assertThat(chain.add(index.block(0, 60, 150))).isTrue();
        assertThat(chain.whole().toPosition()).isEqualTo(90);
        assertThat(chain.add(index.block(0, 120, 150))).isFalse();
        assertThat(chain.whole().toPosition()).isEqualTo(90);
    }

    @Test
    void aCutIntervalIsUnknownAndTheOthersStay() {
        SparseIndex index = of(9);
        List<String> before = entries(index);
        index.truncateTo(40);
        assertThat(index.count()).isEqualTo(2);
        assertThat(index.headerCrc(1)).isEqualTo(HeaderCrc.UNKNOWN);
        assertThat(entries(index).get(0)).isEqualTo(before.get(0));
    }

    @Test
    void aCutBetweenIntervalsLeavesAllThatIsKept() {
        SparseIndex index = of(9);
        List<String> before = entries(index);
        index.truncateTo(60);
        assertThat(entries(index)).isEqualTo(before.subList(0, 2));
    }

    @Test
    void intervalsLieSideBySideAndKnowTheirPlace() {
        HeaderIntervals intervals = HeaderIntervals.of(of(10), 35, 65, 100);
        assertThat(intervals.count()).isEqualTo(2);
        assertThat(intervals.fromPosition(0)).isEqualTo(30);
        assertThat(intervals.toPosition(0)).isEqualTo(60);
        assertThat(intervals.toPosition(1)).isEqualTo(90);
        assertThat(intervals.endPosition()).isEqualTo(90);
        assertThat(intervals.at(59)).isZero();
        assertThat(intervals.at(60)).isEqualTo(1);
        assertThat(intervals.at(90)).isEqualTo(-1);
        assertThat(intervals.at(29)).isEqualTo(-1);
        assertThat(HeaderIntervals.of(of(10), 95, 200, 100).endPosition()).isEqualTo(100);
    }
}
