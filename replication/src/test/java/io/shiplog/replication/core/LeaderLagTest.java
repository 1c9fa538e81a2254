// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.core.ReplicaLag.Cause;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The leader can say at any time why a replica is behind, and since when. Replica 3 is the one that is asked about. */
class LeaderLagTest {
    private static final long MIB = 1024 * 1024;

    private LeaderFixture f;

    @BeforeEach
    void bothFollowersHaveEverything() {
        f = LeaderFixture.leading(States.all(), 10);
        f.fetch(2, 10);
        f.fetch(3, 10);
    }

    private ReplicaLag lag() {
        return f.leader.followers(f.nowMs).get(1).lag();
    }

    private String sentence() {
        return lag().sentence(f.nowMs);
    }

    private void produceAndFlush() {
        f.produce();
        f.flush();
    }

    @Test
    void whoHasEverythingDoesNotLag() {
        assertThat(lag().cause()).isEqualTo(Cause.NONE);
        f.pass(60_000);
        assertThat(sentence()).as("idle").isEqualTo("keeps up");
    }

    @Test
    void whoIsNoFurtherBehindThanAFetchTakesDoesNotLag() {
        produceAndFlush();
        f.pass(900);
        assertThat(lag().cause()).isEqualTo(Cause.NONE);
        assertThat(lag().records()).isOne();
    }

    @Test
    void noFetchSince() {
        produceAndFlush();
        f.pass(1_200);
        assertThat(lag().cause()).isEqualTo(Cause.NO_FETCH);
        assertThat(lag().sinceMs()).isEqualTo(f.nowMs - 1_200);
        assertThat(sentence()).isEqualTo("no fetch for 1.2 s, 1 records behind");
    }

    /** It fetches no records while files come to it (docs/bulk-start.md). */
    @Test
    void shippingForAsLongAsTheOfferMayTake() {
        f = LeaderFixture.leading(States.all().isr(1, 2), 10);
        f.fetch(3, 0);
        f.leader.onSent(3, 0, 5 * MIB, f.nowMs);
        f.pass(1_200);
        assertThat(lag().cause()).isEqualTo(Cause.SHIPPING);
        assertThat(sentence()).isEqualTo("segments are shipped to it, no fetch for 1.2 s, 10 records behind");
        f.pass(4_000);
        assertThat(lag().cause()).as("a MiB a second would have been enough").isEqualTo(Cause.NO_FETCH);
        f.fetch(3, 0);
        f.leader.onSent(3, 0, 0, f.nowMs);
        f.pass(1_200);
        assertThat(lag().cause()).as("it was offered nothing").isEqualTo(Cause.NO_FETCH);
    }

    @Test
    void neverFetched() {
        f = LeaderFixture.leading(States.all(), 10);
        f.pass(2_500);
        assertThat(lag().cause()).isEqualTo(Cause.NEVER_FETCHED);
        assertThat(lag().records()).isEqualTo(-1);
        assertThat(sentence()).isEqualTo("no fetch in this leader epoch, for 2.5 s");
    }

    @Test
    void epochMismatch() {
        FollowerFetch old = f.fetchOf(3, 10, 10);
        old.currentLeaderEpoch = 4;
        f.leader.onFollowerFetch(old, f.nowMs);
        f.pass(500);
        f.leader.onFollowerFetch(old, f.nowMs);
        assertThat(lag().cause()).isEqualTo(Cause.EPOCH_MISMATCH);
        assertThat(sentence()).isEqualTo("its epoch does not fit, for 0.5 s: FENCED_LEADER_EPOCH");
        FollowerFetch stale = f.fetchOf(3, 10, 10);
        stale.brokerEpoch = 29;
        f.leader.onFollowerFetch(stale, f.nowMs);
        assertThat(lag().error()).isEqualTo(Errors.STALE_BROKER_EPOCH);
        f.fetch(3, 10);
        assertThat(lag().cause()).as("it fits again").isEqualTo(Cause.NONE);
    }

    @Test
    void refused() {
        f.leader.onFollowerFetch(f.fetchOf(3, 77, 10), f.nowMs);
        f.pass(1_000);
        assertThat(lag().cause()).isEqualTo(Cause.REFUSED);
        assertThat(sentence()).isEqualTo("its fetches are refused, for 1.0 s: OFFSET_OUT_OF_RANGE");
    }

    @Test
    void diverged() {
        FollowerFetch other = f.fetchOf(3, 10, 10);
        other.lastFetchedEpoch = 3;
        f.leader.onFollowerFetch(other, f.nowMs);
        assertThat(lag().cause()).isEqualTo(Cause.DIVERGED);
        assertThat(sentence()).contains("diverged");
    }

    @Test
    void throttled() {
        produceAndFlush();
        f.pass(100);
        f.fetch(3, 10);
        f.leader.onHeldBack(3, f.nowMs);
        f.pass(800);
        f.fetch(3, 10);
        f.leader.onHeldBack(3, f.nowMs);
        assertThat(lag().cause()).isEqualTo(Cause.THROTTLED);
        assertThat(sentence()).isEqualTo("throttled, for 0.8 s at 0.0 MiB/s, 1 records behind");
    }

    @Test
    void slowFlush() {
        produceAndFlush();
        for (int i = 0; i < 15; i++) {
            f.pass(100);
            f.fetch(3, 11, 10);
        }
        assertThat(lag().cause()).isEqualTo(Cause.SLOW_FLUSH);
        assertThat(sentence()).isEqualTo("its disk is slow: not flushed for 1.5 s, 1 records behind");
    }

    @Test
    void underReplicatedTheDiskDoesNotCount() {
        f.leader.onMetadata(States.all().replicated().partitionEpoch(2).state(), f.nowMs);
        produceAndFlush();
        for (int i = 0; i < 15; i++) {
            f.pass(100);
            f.fetch(3, 11, 10);
        }
        assertThat(lag().cause()).isEqualTo(Cause.NONE);
    }

    @Test
    void catchingUp() {
        for (int i = 0; i < 20; i++) {
            f.produce((short) 1, 30_000);
            f.flush();
        }
        f.pass(1_100);
        for (int i = 0; i < 10; i++) {
            f.fetch(3, 10 + i);
            f.leader.onSent(3, (int) MIB, 0, f.nowMs);
            f.pass(200);
        }
        f.fetch(3, 20);
        assertThat(lag().cause()).isEqualTo(Cause.CATCHING_UP);
        assertThat(lag().bytesPerSecond()).isBetween(4 * MIB, 6 * MIB);
        assertThat(sentence()).matches("catching up at [45]\\.\\d MiB/s, 10 records behind");
    }

    @Test
    void whoHasCaughtUpIsForgiven() {
        f.leader.onHeldBack(3, f.nowMs);
        produceAndFlush();
        f.fetch(3, 11);
        assertThat(lag()).extracting(ReplicaLag::cause, ReplicaLag::records).containsExactly(Cause.NONE, 0L);
    }
}
