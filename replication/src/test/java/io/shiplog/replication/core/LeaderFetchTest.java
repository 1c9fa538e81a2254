// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import static io.shiplog.replication.core.LeaderFixture.leading;
import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class LeaderFetchTest {
    private final LeaderFixture f = leading(States.all(), 10, 2);

    @Test
    void goodFetchPasses() {
        FetchCheck check = f.fetch(2, 10);
        assertThat(check.error()).isEqualTo(Errors.NONE);
        assertThat(check.diverges()).isFalse();
    }

    @Test
    void olderLeaderEpochIsFenced() {
        FollowerFetch fetch = f.fetchOf(2, 10, 10);
        fetch.currentLeaderEpoch = 4;
        assertRefused(fetch, Errors.FENCED_LEADER_EPOCH);
    }

    @Test
    void fetchWithoutLeaderEpochIsFenced() {
        FollowerFetch fetch = f.fetchOf(2, 10, 10);
        fetch.currentLeaderEpoch = -1;
        assertRefused(fetch, Errors.FENCED_LEADER_EPOCH);
    }

    @Test
    void newerLeaderEpochIsUnknown() {
        FollowerFetch fetch = f.fetchOf(2, 10, 10);
        fetch.currentLeaderEpoch = 6;
        assertRefused(fetch, Errors.UNKNOWN_LEADER_EPOCH);
    }

    @Test
    void nodeThatIsNotAReplicaIsRefused() {
        FollowerFetch fetch = f.fetchOf(4, 10, 10);
        assertThat(f.leader.onFollowerFetch(fetch, f.nowMs).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void leaderItselfCannotFetchAsFollower() {
        FollowerFetch fetch = f.fetchOf(1, 10, 10);
        assertThat(f.leader.onFollowerFetch(fetch, f.nowMs).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void registrationOlderThanInTheMetadataIsStale() {
        FollowerFetch fetch = f.fetchOf(2, 10, 10);
        fetch.brokerEpoch = 19;
        assertRefused(fetch, Errors.STALE_BROKER_EPOCH);
    }

    @Test
    void registrationOlderThanOneThatHasFetchedIsStale() {
        FollowerFetch newer = f.fetchOf(2, 4, 4);
        newer.brokerEpoch = 25;
        f.leader.onFollowerFetch(newer, f.nowMs);
        assertRefused(f.fetchOf(2, 10, 10), Errors.STALE_BROKER_EPOCH);
    }

    @Test
    void fetchWithoutBrokerEpochIsStale() {
        FollowerFetch fetch = f.fetchOf(2, 10, 10);
        fetch.brokerEpoch = -1;
        assertRefused(fetch, Errors.STALE_BROKER_EPOCH);
    }

    @Test
    void offsetBelowTheLogStartIsOutOfRange() {
        f.log.advanceLogStart(2);
        FollowerFetch fetch = f.fetchOf(2, 1, 1);
        fetch.lastFetchedEpoch = 4;
        assertRefused(fetch, Errors.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void emptyLogBeyondTheLogEndIsOutOfRange() {
        FollowerFetch fetch = f.fetchOf(2, 11, 11);
        fetch.lastFetchedEpoch = -1;
        assertRefused(fetch, Errors.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void longerLogOfTheSameEpochDiverges() {
        FollowerFetch fetch = f.fetchOf(2, 12, 12);
        fetch.lastFetchedEpoch = 4;
        assertDiverges(fetch, 4, 10);
    }

    @Test
    void epochThatTheLeaderNeverSawDivergesAtTheLargestOlderOne() {
        LeaderFixture g = new LeaderFixture();
        g.log.append(1, 0);
        g.log.append(1, 1);
        g.log.append(3, 2);
        g.log.flushTo(3);
        g.lead(States.all().state(), 0);
        FollowerFetch fetch = g.fetchOf(2, 3, 3);
        fetch.lastFetchedEpoch = 2;
        FetchCheck check = g.leader.onFollowerFetch(fetch, g.nowMs);
        assertThat(check.divergingEpoch()).isEqualTo(1);
        assertThat(check.divergingEndOffset()).isEqualTo(2);
    }

    /** The log began with epoch 1; what is left of it begins with epoch 4, at offset 2. */
    private static LeaderFixture leadingAfterRetention(States states) {
        LeaderFixture g = new LeaderFixture();
        g.log.append(1, 0);
        g.log.append(1, 1);
        g.log.append(4, 2);
        g.log.flushTo(3);
        g.log.advanceLogStart(2);
        g.lead(states.state(), 3);
        return g;
    }

    private static FetchCheck fetchWithHistoryBelowTheStart(LeaderFixture g, long logStart) {
        FollowerFetch fetch = g.fetchOf(2, 2, 2);
        fetch.lastFetchedEpoch = 1;
        fetch.logStartOffset = logStart;
        return g.leader.onFollowerFetch(fetch, g.nowMs);
    }

    @Test
    void historyBelowTheLogStartThatNobodyKnowsAnyMoreDiverges() {
        FetchCheck check =
                fetchWithHistoryBelowTheStart(leadingAfterRetention(States.all().isr(1, 3)), 0);
        assertThat(check.divergingEpoch()).isEqualTo(1);
        assertThat(check.divergingEndOffset()).isEqualTo(2);
    }

    @Test
    void whoEndsBelowTheLogStartIsOutOfRange() {
        LeaderFixture g = leadingAfterRetention(States.all().isr(1, 3));
        FollowerFetch fetch = g.fetchOf(2, 1, 1);
        fetch.lastFetchedEpoch = 1;
        fetch.logStartOffset = 0;
        assertThat(g.leader.onFollowerFetch(fetch, g.nowMs).error()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void historyOfOneInSyncIsOurs() {
        assertThat(fetchWithHistoryBelowTheStart(leadingAfterRetention(States.all()), 0)
                        .diverges())
                .isFalse();
    }

    @Test
    void whoHasNothingBelowTheLogStartHasNothingThatCouldDiverge() {
        assertThat(fetchWithHistoryBelowTheStart(
                                leadingAfterRetention(States.all().isr(1, 3)), 2)
                        .diverges())
                .isFalse();
    }

    @Test
    void epochAboveAllThatTheLeaderKnowsIsOutOfRange() {
        FollowerFetch fetch = f.fetchOf(2, 10, 10);
        fetch.lastFetchedEpoch = 9;
        assertRefused(fetch, Errors.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void divergingFetchIsRememberedAsTheReasonOfTheLag() {
        FollowerFetch fetch = f.fetchOf(2, 12, 12);
        fetch.lastFetchedEpoch = 4;
        f.leader.onFollowerFetch(fetch, f.nowMs);
        f.pass(500);
        assertThat(f.leader.followers(f.nowMs).get(0).standing()).isEqualTo(ReplicaStanding.DIVERGED);
    }

    private void assertRefused(FollowerFetch fetch, Errors error) {
        f.fetch(3, 10);
        assertThat(f.leader.onFollowerFetch(fetch, f.nowMs).error()).isEqualTo(error);
        assertPositionNotTaken();
    }

    private void assertDiverges(FollowerFetch fetch, int epoch, long endOffset) {
        f.fetch(3, 10);
        FetchCheck check = f.leader.onFollowerFetch(fetch, f.nowMs);
        assertThat(check.divergingEpoch()).isEqualTo(epoch);
        assertThat(check.divergingEndOffset()).isEqualTo(endOffset);
        assertPositionNotTaken();
    }

    private void assertPositionNotTaken() {
        assertThat(f.highWatermark()).isEqualTo(2);
    }
}
