// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.model.EpochEndOffset;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeaderEpochsTest {
    private static final long LOG_END = 30;
    private final LeaderEpochs epochs = new LeaderEpochs();

    @BeforeEach
    void threeEpochs() {
        epochs.assign(2, 0);
        epochs.assign(4, 10);
        epochs.assign(7, 20);
    }

    private EpochEndOffset endOf(int epoch) {
        return epochs.endOffsetFor(epoch, LOG_END);
    }

    @Test
    void latestEpochEndsAtTheLogEnd() {
        assertThat(endOf(7)).isEqualTo(new EpochEndOffset(7, 30));
    }

    @Test
    void theFirstEpochAboveAnotherIsFound() {
        assertThat(epochs.startAbove(1)).isZero();
        assertThat(epochs.startAbove(4)).isEqualTo(20);
        assertThat(epochs.startAbove(7)).isEqualTo(-1);
    }

    @Test
    void knownEpochEndsWhereTheNextBegins() {
        assertThat(endOf(2)).isEqualTo(new EpochEndOffset(2, 10));
        assertThat(endOf(4)).isEqualTo(new EpochEndOffset(4, 20));
    }

    @Test
    void epochThatWasSkippedAnswersWithTheOneBelow() {
        assertThat(endOf(3)).isEqualTo(new EpochEndOffset(2, 10));
        assertThat(endOf(6)).isEqualTo(new EpochEndOffset(4, 20));
    }

    @Test
    void epochBelowAllAnswersWithItselfAndTheFirstStart() {
        assertThat(endOf(1)).isEqualTo(new EpochEndOffset(1, 0));
    }

    @Test
    void newerEpochAndNoEpochAreUndefined() {
        assertThat(endOf(8)).isEqualTo(EpochEndOffset.UNDEFINED);
        assertThat(endOf(-1)).isEqualTo(EpochEndOffset.UNDEFINED);
        assertThat(new LeaderEpochs().endOffsetFor(1, 0)).isEqualTo(EpochEndOffset.UNDEFINED);
    }

    @Test
    void olderEpochIsNotAssigned() {
        epochs.assign(5, 25);
        epochs.assign(7, 25);
        assertThat(endOf(7)).isEqualTo(new EpochEndOffset(7, 30));
        assertThat(endOf(4)).isEqualTo(new EpochEndOffset(4, 20));
    }

    @Test
    void epochWithoutRecordsGivesWayToTheNext() {
        epochs.assign(8, 30);
        epochs.assign(9, 30);
        assertThat(epochs.count()).isEqualTo(4);
        assertThat(endOf(8)).isEqualTo(new EpochEndOffset(7, 30));
    }

    @Test
    void truncationFromTheEndForgetsEpochsThatBeginThere() {
        epochs.truncateFromEnd(20);
        assertThat(epochs.latest()).isEqualTo(4);
        epochs.truncateFromEnd(11);
        assertThat(epochs.latest()).isEqualTo(4);
        epochs.truncateFromEnd(0);
        assertThat(epochs.latest()).isEqualTo(-1);
    }

    @Test
    void truncationFromTheStartKeepsTheEpochThatHoldsIt() {
        epochs.truncateFromStart(15);
        assertThat(epochs.count()).isEqualTo(2);
        assertThat(epochs.epochAt(15)).isEqualTo(4);
        assertThat(epochs.epochAt(14)).isEqualTo(-1);
        assertThat(endOf(3)).isEqualTo(new EpochEndOffset(3, 15));
    }

    @Test
    void survivesEncoding() {
        ByteBuffer bytes = ByteBuffer.allocate(epochs.encodedSize());
        epochs.encode(bytes);
        LeaderEpochs other = new LeaderEpochs();
        other.decode(bytes.flip());
        assertThat(other.endOffsetFor(6, LOG_END)).isEqualTo(new EpochEndOffset(4, 20));
    }
}
