// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Who gets a place in the cache, who has to go for it, and which requests a session takes. */
class FetchSessionsTest {
    private static final Uuid TOPIC = new Uuid(1, 2);
    private static final int EVICTION_MS = 1_000;

    private int lastId;
    private final FetchSessions sessions =
            new FetchSessions(new FetchSettings(1_000, 1_000, 1_000, 2, 20, EVICTION_MS), () -> ++lastId);

    private static FetchSession consumer(int partitions) {
        return session(FetchSession.CONSUMER, -1, partitions);
    }

    private static FetchSession follower(int id, int partitions) {
        return session(id, 10, partitions);
    }

    private static FetchSession session(int replicaId, long epoch, int partitions) {
        FetchSession session = new FetchSession(replicaId, epoch, true);
        for (int i = 0; i < partitions; i++) {
            session.add(FetchKey.of(true, TOPIC, "", i));
        }
        return session;
    }

    private FetchSession added(FetchSession session, long nowMs) {
        sessions.tryAdd(session, nowMs);
        return session;
    }

    private static FetchRequestData request(int id, int epoch) {
        return new FetchRequestData().setSessionId(id).setSessionEpoch(epoch);
    }

    @Test
    void sessionGetsPositiveIdAndStartsAtEpochOne() {
        FetchSession session = added(consumer(1), 0);
        assertThat(session.id()).isPositive();
        assertThat(session.nextEpoch()).isOne();
        assertThat(sessions.size()).isOne();
        assertThat(sessions.partitions()).isOne();
    }

    @Test
    void idsInUseAndZeroAreNotGivenOut() {
        int[] ids = {0, 7, 7, Integer.MIN_VALUE, 8};
        int[] next = {0};
        FetchSessions few = new FetchSessions(new FetchSettings(1, 1, 1, 3, 20, EVICTION_MS), () -> ids[next[0]++]);
        FetchSession first = consumer(1);
        FetchSession second = consumer(1);
        few.tryAdd(first, 0);
        few.tryAdd(second, 0);
        assertThat(first.id()).isEqualTo(7);
        assertThat(second.id()).isEqualTo(8);
    }

    @Test
    void sessionWithoutPartitionsGetsNoPlace() {
        assertThat(added(consumer(0), 0).isCached()).isFalse();
    }

    @Test
    void fullCacheOfYoungSessionsTakesNoConsumer() {
        added(consumer(1), 0);
        added(consumer(1), 0);
        assertThat(added(consumer(9), EVICTION_MS).isCached()).isFalse();
        assertThat(sessions.size()).isEqualTo(2);
    }

    @Test
    void unusedSessionGivesWayToAnyOther() {
        FetchSession unused = added(consumer(9), 0);
        FetchSession used = added(consumer(9), 0);
        sessions.get(used.id());
        sessions.advance(used, 500);
        FetchSession late = added(consumer(1), EVICTION_MS + 1);
        assertThat(unused.isCached()).isFalse();
        assertThat(used.isCached()).isTrue();
        assertThat(late.isCached()).isTrue();
    }

    @Test
    void sessionUnusedForJustTheTimeStays() {
        added(consumer(1), 0);
        added(consumer(1), 0);
        assertThat(added(consumer(1), EVICTION_MS).isCached()).isFalse();
    }

    @Test
    void followerTakesThePlaceOfAYoungConsumerHoweverLarge() {
        FetchSession large = added(consumer(9), 0);
        FetchSession small = added(consumer(3), 0);
        assertThat(added(follower(1, 1), 1).isCached()).isTrue();
        assertThat(small.isCached()).isFalse();
        assertThat(large.isCached()).isTrue();
    }

    @Test
    void followerDoesNotTakeThePlaceOfAYoungFollower() {
        added(follower(1, 1), 0);
        added(follower(2, 1), 0);
        assertThat(added(follower(3, 9), 1).isCached()).isFalse();
    }

    @Test
    void consumerNeverTakesThePlaceOfAFollowerInUse() {
        FetchSession one = added(follower(1, 1), 0);
        FetchSession two = added(follower(2, 1), 0);
        sessions.advance(one, EVICTION_MS);
        sessions.advance(two, EVICTION_MS);
        sessions.get(one.id());
        assertThat(added(consumer(9), EVICTION_MS + 1).isCached()).isFalse();
    }

    @Test
    void largerSessionTakesThePlaceOfAnOldSmallerOne() {
        FetchSession small = added(consumer(2), 0);
        FetchSession large = added(consumer(5), 0);
        sessions.advance(small, EVICTION_MS);
        sessions.advance(large, EVICTION_MS);
        assertThat(added(consumer(2), EVICTION_MS + 1).isCached()).isFalse();
        assertThat(added(consumer(3), EVICTION_MS + 1).isCached()).isTrue();
        assertThat(small.isCached()).isFalse();
        assertThat(large.isCached()).isTrue();
    }

    @Test
    void partitionsInAllSessionsAreBounded() {
        added(consumer(15), 0);
        assertThat(added(consumer(6), 0).isCached()).isFalse();
        assertThat(added(consumer(5), 0).isCached()).isTrue();
        assertThat(sessions.partitions()).isEqualTo(20);
    }

    @Test
    void sessionThatGrowsBeyondTheBoundEnds() {
        added(consumer(15), 0);
        FetchSession growing = added(consumer(5), 0);
        growing.add(FetchKey.of(true, TOPIC, "", 99));
        assertThat(sessions.advance(growing, 1)).isFalse();
        assertThat(growing.isCached()).isFalse();
        assertThat(sessions.partitions()).isEqualTo(15);
    }

    @Test
    void followersOlderSessionEndsWhenItOpensAnother() {
        FetchSession old = added(follower(1, 1), 0);
        FetchSession young = added(follower(1, 1), 1);
        assertThat(old.isCached()).isFalse();
        assertThat(young.isCached()).isTrue();
        assertThat(sessions.size()).isOne();
    }

    @Test
    void sessionTakesItsNextEpochOnly() {
        int id = added(consumer(1), 0).id();
        assertThat(sessions.check(request(id, 1), true, -1, -1)).isEqualTo(Errors.NONE);
        assertThat(sessions.check(request(id, 2), true, -1, -1)).isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH);
        sessions.advance(sessions.get(id), 1);
        assertThat(sessions.check(request(id, 1), true, -1, -1)).isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH);
        assertThat(sessions.check(request(id, 2), true, -1, -1)).isEqualTo(Errors.NONE);
    }

    @Test
    void epochAfterTheLargestIsOne() {
        FetchSession session = added(consumer(1), 0);
        session.setNextEpoch(Integer.MAX_VALUE);
        sessions.advance(session, 0);
        assertThat(session.nextEpoch()).isOne();
    }

    @Test
    void sessionThatIsNotThereIsNotFound() {
        assertThat(sessions.check(request(5, 1), true, -1, -1)).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
    }

    @Test
    void sessionOfAnotherFetcherIsNotFound() {
        int id = added(follower(1, 1), 0).id();
        assertThat(sessions.check(request(id, 1), true, 1, 10)).isEqualTo(Errors.NONE);
        assertThat(sessions.check(request(id, 1), true, -1, -1)).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
        assertThat(sessions.check(request(id, 1), true, 2, 10)).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
        assertThat(sessions.check(request(id, 1), true, 1, 11)).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
    }

    @Test
    void namesAndIdsDoNotMixInOneSession() {
        int id = added(consumer(1), 0).id();
        assertThat(sessions.check(request(id, 1), false, -1, -1)).isEqualTo(Errors.FETCH_SESSION_TOPIC_ID_ERROR);
    }

    @Test
    void fullRequestClosesTheSessionThatItNamesIfItIsItsOwn() {
        FetchSession session = added(consumer(1), 0);
        int id = session.id();
        sessions.closeNamedBy(request(id, 0), 1, 10);
        assertThat(session.isCached()).isTrue();
        sessions.closeNamedBy(request(id, 0), -1, -1);
        assertThat(session.isCached()).isFalse();
        assertThat(sessions.get(id)).isNull();
        assertThat(sessions.partitions()).isZero();
    }
}
