// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which follower a consumer may be sent to: each guard by itself (KAFKA-14372, KAFKA-15390). */
class LeaderReadReplicaTest {
    private static final int LEADER_ITSELF = -1;

    private LeaderFixture f;

    @BeforeEach
    void bothFollowersHaveEverything() {
        f = LeaderFixture.leading(States.all(), 10);
        fetch(2, 10);
        fetch(3, 10);
    }

    private void fetch(int replica, long offset) {
        FollowerFetch fetch = f.fetchOf(replica, offset, offset);
        fetch.logStartOffset = 0;
        assertThat(f.leader.onFollowerFetch(fetch, f.nowMs).error()).isEqualTo(Errors.NONE);
    }

    private int chosen(long offset) {
        return f.leader.readReplica(offset, id -> true);
    }

    private void metadata(States states) {
        f.leader.onMetadata(states.partitionEpoch(2).state(), f.nowMs);
    }

    @Test
    void firstAssignedOfEqualsIsChosen() {
        assertThat(chosen(10)).isEqualTo(2);
    }

    @Test
    void nearOneIsChosen() {
        assertThat(f.leader.readReplica(10, id -> id == 3)).isEqualTo(3);
        assertThat(f.leader.readReplica(10, id -> false)).isEqualTo(LEADER_ITSELF);
    }

    @Test
    void longerLogIsChosen() {
        f.produce();
        fetch(3, 11);
        assertThat(chosen(10)).isEqualTo(3);
    }

    @Test
    void notInSync() {
        metadata(States.all().isr(1, 3));
        assertThat(chosen(10)).isEqualTo(3);
    }

    @Test
    void fenced() {
        metadata(States.all().fenced(2, true));
        assertThat(chosen(10)).isEqualTo(3);
    }

    @Test
    void stopping() {
        metadata(States.all().shuttingDown(2));
        assertThat(chosen(10)).isEqualTo(3);
    }

    @Test
    void registeredAnew() {
        metadata(States.all().brokerEpoch(2, 99));
        assertThat(chosen(10)).isEqualTo(3);
    }

    @Test
    void offsetBehindItsEnd() {
        f.produce();
        fetch(3, 11);
        assertThat(chosen(11)).isEqualTo(3);
        assertThat(f.leader.readReplica(11, id -> id == 2)).isEqualTo(LEADER_ITSELF);
    }

    @Test
    void offsetBelowItsStartOrStartNotKnown() {
        FollowerFetch later = f.fetchOf(2, 10, 10);
        later.logStartOffset = 5;
        assertThat(f.leader.onFollowerFetch(later, f.nowMs).error()).isEqualTo(Errors.NONE);
        assertThat(f.leader.readReplica(4, id -> id == 2)).isEqualTo(LEADER_ITSELF);
        assertThat(f.leader.readReplica(5, id -> id == 2)).isEqualTo(2);
        FollowerFetch silent = f.fetchOf(2, 10, 10);
        silent.logStartOffset = -1;
        f.leader.onFollowerFetch(silent, f.nowMs);
        assertThat(f.leader.readReplica(5, id -> id == 2)).isEqualTo(LEADER_ITSELF);
    }

    @Test
    void neverFetchedInThisEpoch() {
        f = LeaderFixture.leading(States.all(), 10);
        assertThat(chosen(10)).isEqualTo(LEADER_ITSELF);
    }
}
