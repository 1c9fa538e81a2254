// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FetcherSessionTest {
    private final FetcherSession session = new FetcherSession();

    @Test
    void firstRequestAsksForASession() {
        assertThat(session.isOpen()).isFalse();
        assertThat(session.id()).isZero();
        assertThat(session.takeEpoch()).isZero();
    }

    @Test
    void epochsCountRequestsNotAnswers() {
        session.onAnswer(true, 7);
        assertThat(session.id()).isEqualTo(7);
        assertThat(session.takeEpoch()).isOne();
        assertThat(session.takeEpoch()).isEqualTo(2);
        session.onAnswer(false, 7);
        assertThat(session.takeEpoch()).isEqualTo(3);
    }

    @Test
    void restartClosesThePresentSession() {
        session.onAnswer(true, 7);
        session.restart();
        assertThat(session.isOpen()).isFalse();
        assertThat(session.id()).isEqualTo(7);
        assertThat(session.takeEpoch()).isZero();
    }

    @Test
    void leaderWithoutAPlaceIsRemembered() {
        session.onAnswer(true, 0);
        assertThat(session.isOpen()).isFalse();
        assertThat(session.wasRefused()).isTrue();
        session.onAnswer(true, 8);
        assertThat(session.wasRefused()).isFalse();
    }

    @Test
    void sessionThatTheLeaderEndedIsNotNamedAgain() {
        session.onAnswer(true, 7);
        session.onAnswer(false, 0);
        assertThat(session.isOpen()).isFalse();
        assertThat(session.id()).isZero();
        assertThat(session.wasRefused()).isFalse();
    }
}
