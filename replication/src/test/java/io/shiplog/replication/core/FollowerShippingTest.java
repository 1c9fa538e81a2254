// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import static io.shiplog.replication.core.FollowerFixture.shipping;
import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** A follower that lacks whole segments has them shipped; everything else it fetches. */
class FollowerShippingTest {
    private static final long MIN_BYTES = 100;

    private static States outOfSync() {
        return States.all().isr(1, 3);
    }

    /** The leader has 10 records committed, and so many bytes of them in sealed segments from where the follower is. */
    private static void answer(FollowerFixture f, long sealedBytes) {
        FetchedPartition fetched = f.answer();
        fetched.highWatermark = 10;
        fetched.logStartOffset = 0;
        fetched.sealedBytes = sealedBytes;
        long end = f.log.logEndOffset();
        fetched.records = InMemoryLog.encode(new InMemoryLog.Entry(end, 5, end));
        f.follower.onFetched(fetched);
    }

    @Test
    void segmentsAreShippedFromTheLogEndToTheHighWatermark() {
        FollowerFixture f = shipping(outOfSync(), MIN_BYTES, 5);
        answer(f, MIN_BYTES);
        assertThat(f.effects.shipments).containsExactly("1 to 10");
        assertThat(f.follower.next()).isEqualTo(FetchNext.SHIP);
        assertThat(f.log.logEndOffset())
                .as("what came with the answer comes with the segment")
                .isEqualTo(1);
    }

    @Test
    void fewerBytesAreFetched() {
        FollowerFixture f = shipping(outOfSync(), MIN_BYTES, 5);
        answer(f, MIN_BYTES - 1);
        assertThat(f.effects.shipments).isEmpty();
        assertThat(f.follower.next()).isEqualTo(FetchNext.CONTINUE);
        assertThat(f.log.logEndOffset()).isEqualTo(2);
    }

    @Test
    void aMemberOfTheIsrFetches() {
        FollowerFixture f = shipping(States.all(), MIN_BYTES, 5);
        answer(f, MIN_BYTES);
        assertThat(f.effects.shipments).isEmpty();
        assertThat(f.log.logEndOffset()).isEqualTo(2);
    }

    @Test
    void withoutRulesNothingIsShipped() {
        FollowerFixture f = FollowerFixture.following(outOfSync(), 0, 5);
        answer(f, Long.MAX_VALUE - 1);
        assertThat(f.effects.shipments).isEmpty();
        assertThat(f.log.logEndOffset()).isEqualTo(2);
    }

    @Test
    void aDivergenceOrAnErrorShipsNothing() {
        FollowerFixture f = shipping(outOfSync(), MIN_BYTES, 4, 4);
        FetchedPartition fetched = f.answer();
        fetched.divergingEpoch = 4;
        fetched.divergingEndOffset = 1;
        fetched.sealedBytes = MIN_BYTES;
        f.follower.onFetched(fetched);
        assertThat(f.effects.shipments).isEmpty();
        assertThat(f.log.logEndOffset()).as("the history first").isEqualTo(1);
        FetchedPartition refused = f.answer();
        refused.error = Errors.FENCED_LEADER_EPOCH;
        refused.sealedBytes = MIN_BYTES;
        f.follower.onFetched(refused);
        assertThat(f.effects.shipments).isEmpty();
    }

    @Test
    void answersThatComeMeanwhileAreNotTaken() {
        FollowerFixture f = shipping(outOfSync(), MIN_BYTES, 5);
        answer(f, MIN_BYTES);
        answer(f, 0);
        assertThat(f.log.logEndOffset()).isEqualTo(1);
        assertThat(f.follower.next()).isEqualTo(FetchNext.SHIP);
    }

    @Test
    void whatWasShippedIsFlushedAndCommittedLikeWhatWasFetched() {
        FollowerFixture f = shipping(outOfSync(), MIN_BYTES, 5);
        answer(f, MIN_BYTES);
        int flushes = f.effects.flushRequests;
        f.log.append(5, 1);
        f.log.append(5, 2);
        f.follower.onShipped();
        assertThat(f.effects.flushRequests).isEqualTo(flushes + 1);
        assertThat(f.follower.highWatermark()).isEqualTo(3);
        f.follower.onShippingEnded();
        assertThat(f.follower.next()).isEqualTo(FetchNext.CONTINUE);
        assertThat(f.position().fetchOffset).isEqualTo(3);
        answer(f, MIN_BYTES);
        assertThat(f.effects.shipments).as("and the next ones").containsExactly("1 to 10", "3 to 10");
    }

    /** Nobody can ship: the log must grow all the same, and asking goes on, but seldom. */
    @Test
    void afterAFailureRecordsAreFetchedForAWhile() {
        FollowerFixture f = shipping(outOfSync(), MIN_BYTES, 5);
        f.effects.nobodyShips = true;
        answer(f, MIN_BYTES);
        assertThat(f.follower.next()).isEqualTo(FetchNext.CONTINUE);
        for (int i = 0; i < 16; i++) {
            answer(f, MIN_BYTES);
        }
        assertThat(f.effects.shipments).hasSize(1);
        assertThat(f.log.logEndOffset()).isEqualTo(17);
        answer(f, MIN_BYTES);
        assertThat(f.effects.shipments).as("one more attempt").hasSize(2);
        for (int i = 0; i < 32; i++) {
            answer(f, MIN_BYTES);
        }
        assertThat(f.effects.shipments).as("twice as seldom").hasSize(2);
        answer(f, MIN_BYTES);
        assertThat(f.effects.shipments).hasSize(3);
    }

    @Test
    void aShipmentThatCameEndsThePauses() {
        FollowerFixture f = shipping(outOfSync(), MIN_BYTES, 5);
        f.effects.nobodyShips = true;
        answer(f, MIN_BYTES);
        for (int i = 0; i < 16; i++) {
            answer(f, MIN_BYTES);
        }
        f.effects.nobodyShips = false;
        answer(f, MIN_BYTES);
        f.log.append(5, f.log.logEndOffset());
        f.follower.onShipped();
        f.follower.onShippingEnded();
        answer(f, MIN_BYTES);
        assertThat(f.effects.shipments).hasSize(3);
    }

    @Test
    void aRepairEndsAShipment() {
        FollowerFixture f = shipping(outOfSync(), MIN_BYTES, 5, 5);
        answer(f, MIN_BYTES);
        f.follower.beginRepair(1);
        assertThat(f.effects.shipments).containsExactly("2 to 10", "stop");
        assertThat(f.follower.next()).isEqualTo(FetchNext.CONTINUE);
        assertThat(f.position().fetchOffset).isEqualTo(1);
    }
}
