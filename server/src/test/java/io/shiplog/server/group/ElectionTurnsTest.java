// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class ElectionTurnsTest {
    private static final class Epoch implements Election {
        private final int partition;
        private final int epoch;
        private boolean over;

        Epoch(int partition, int epoch) {
            this.partition = partition;
            this.epoch = epoch;
        }

        @Override
        public TopicPartition partition() {
            return new TopicPartition("__consumer_offsets", partition);
        }

        @Override
        public int epoch() {
            return epoch;
        }

        @Override
        public boolean isOver() {
            return over;
        }
    }

    private final List<String> calls = new ArrayList<>();
    private final ElectionTurns turns = new ElectionTurns(new ElectionTurns.Shards() {
        @Override
        public void load(int partition, int epoch) {
            calls.add("load " + partition + " in " + epoch);
        }

        @Override
        public void unload(int partition) {
            calls.add("unload " + partition);
        }
    });

    @Test
    void theNextElectionWaitsForTheLoadOfTheOneBefore() {
        turns.elect(new Epoch(0, 1));
        turns.elect(new Epoch(0, 2));
        turns.elect(new Epoch(0, 3));
        assertThat(calls).containsExactly("load 0 in 1");
        assertThat(turns.ended(0, null)).isNegative();
        assertThat(calls).containsExactly("load 0 in 1", "load 0 in 3");
        turns.ended(0, null);
        turns.elect(new Epoch(0, 4));
        assertThat(calls).containsExactly("load 0 in 1", "load 0 in 3", "load 0 in 4");
    }

    @Test
    void partitionsDoNotWaitForEachOther() {
        turns.elect(new Epoch(0, 1));
        turns.elect(new Epoch(1, 1));
        assertThat(calls).containsExactly("load 0 in 1", "load 1 in 1");
    }

    @Test
    void whatWasToldIsNotToldAgain() {
        Epoch first = new Epoch(0, 1);
        turns.elect(first);
        turns.ended(0, null);
        turns.elect(first);
        assertThat(calls).containsExactly("load 0 in 1");
    }

    /** The load that was under way ends later; the shard of the next election is not its business. */
    @Test
    void resignationIsToldAtOnceAndTheNextElectionStillWaits() {
        turns.elect(new Epoch(0, 1));
        turns.resign(0);
        turns.elect(new Epoch(0, 2));
        assertThat(calls).containsExactly("load 0 in 1", "unload 0");
        turns.ended(0, null);
        assertThat(calls).containsExactly("load 0 in 1", "unload 0", "load 0 in 2");
    }

    @Test
    void whoWaitsAndResignsIsNotTold() {
        turns.elect(new Epoch(0, 1));
        turns.elect(new Epoch(0, 2));
        turns.resign(0);
        turns.ended(0, null);
        assertThat(calls).containsExactly("load 0 in 1", "unload 0");
        Epoch over = new Epoch(0, 3);
        turns.elect(new Epoch(0, 4));
        turns.elect(over);
        over.over = true;
        turns.ended(0, null);
        assertThat(calls).containsExactly("load 0 in 1", "unload 0", "load 0 in 4");
    }

    @Test
    void whatCannotBeLoadedIsTriedAgainLessAndLessOften() {
        Epoch first = new Epoch(0, 1);
        turns.elect(first);
        List<Long> delays = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            delays.add(turns.ended(0, first));
            turns.again(first);
        }
        assertThat(delays).containsExactly(1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 32_000L, 32_000L, 32_000L);
        assertThat(calls).hasSize(9);
        assertThat(turns.ended(0, null)).isNegative();
        Epoch second = new Epoch(0, 2);
        turns.elect(second);
        assertThat(turns.ended(0, second)).isEqualTo(1_000L);
    }

    @Test
    void whatIsNotLedAnyMoreIsNotTriedAgain() {
        Epoch first = new Epoch(0, 1);
        turns.elect(first);
        assertThat(turns.ended(0, first)).isEqualTo(1_000L);
        turns.resign(0);
        turns.again(first);
        assertThat(calls).containsExactly("load 0 in 1", "unload 0");
    }
}
