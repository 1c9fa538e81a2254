// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PendingAcksTest {
    private final PendingAcks acks = new PendingAcks(100);
    private final List<Long> answered = new ArrayList<>();

    @Test
    void areAnsweredInOffsetOrderUpToTheHighWatermark() {
        acks.add(5, 100, 1);
        acks.add(9, 100, 2);
        acks.add(3, 100, 3);
        acks.reached(5, answered::add);
        assertThat(answered).containsExactly(3L, 1L);
        assertThat(acks.size()).isEqualTo(1);
    }

    @Test
    void keepOrderWhenTheRingWrapsAndGrows() {
        for (int round = 0; round < 10; round++) {
            for (int i = 0; i < 7; i++) {
                acks.add(round * 10 + i, 100, round * 10 + i);
            }
            acks.reached(round * 10 + 4, answered::add);
        }
        for (int i = 0; i < 40; i++) {
            acks.add(1000 + i, 100, 1000 + i);
        }
        acks.drain(answered::add);
        assertThat(answered).isSorted().hasSize(110);
        assertThat(acks.size()).isZero();
    }

    @Test
    void expireByTheirOwnDeadlines() {
        acks.add(1, 300, 1);
        acks.add(2, 100, 2);
        acks.add(3, 200, 3);
        assertThat(acks.nextDeadlineMs()).isEqualTo(100);
        acks.expired(99, answered::add);
        assertThat(answered).isEmpty();
        acks.expired(200, answered::add);
        assertThat(answered).containsExactly(2L, 3L);
        assertThat(acks.nextDeadlineMs()).isEqualTo(300);
        acks.reached(1, answered::add);
        assertThat(answered).containsExactly(2L, 3L, 1L);
    }

    @Test
    void areFullAtTheLimit() {
        PendingAcks two = new PendingAcks(2);
        two.add(1, 1, 1);
        assertThat(two.isFull()).isFalse();
        two.add(2, 1, 2);
        assertThat(two.isFull()).isTrue();
    }

    @Test
    void nothingWaitingHasNoDeadline() {
        assertThat(acks.nextDeadlineMs()).isEqualTo(Long.MAX_VALUE);
    }
}
