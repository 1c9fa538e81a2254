// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Eligible leader replicas when min ISR changes beside them (row B7), and on the way down and up. */
class ElrTest {
    private TestCluster cluster;

    @BeforeEach
    void createTopic() {
        cluster = TestCluster.of(3);
        cluster.topicOn("t", TestCluster.ids(1, 2, 3), "min.insync.replicas", "2");
    }

    private void minIsr(int value) {
        ConfigDeciderTest.set(cluster, "t", "min.insync.replicas", Integer.toString(value));
    }

    private int[] elr() {
        return cluster.partition("t").elr();
    }

    @Test
    void raisedMinIsrMakesNobodyEligibleWhoMayLackRecords() {
        cluster.alterIsr("t", 1, 2);
        assertThat(elr()).as("1 and 2 go on without 3").isEmpty();
        minIsr(3);
        assertThat(elr()).isEmpty();
        cluster.alterIsr("t", 1);
        assertThat(elr()).as("nothing was committed since min ISR is 3").containsExactly(2);
    }

    @Test
    void raisedMinIsrKeepsThoseWhoAreEligible() {
        cluster.alterIsr("t", 1);
        assertThat(elr()).containsExactly(2, 3);
        minIsr(3);
        assertThat(elr()).containsExactly(2, 3);
        cluster.alterIsr("t", 1, 2);
        assertThat(elr()).as("2 is not enough any more").containsExactly(3);
    }

    @Test
    void loweredMinIsrEndsEligibilityBeforeItHolds() {
        cluster.alterIsr("t", 1);
        Decision decision = cluster.decide(
                TestCluster.own().setAlterConfigs(ConfigDeciderTest.alterations("t", "min.insync.replicas", "1")));
        assertThat(decision.records().get(0).hasPartitionChange()).isTrue();
        assertThat(decision.records().get(0).getPartitionChange().getState().getElrList())
                .isEmpty();
        assertThat(decision.records().get(1).hasConfig()).isTrue();
        minIsr(1);
        assertThat(elr()).as("1 commits alone from here on").isEmpty();
    }

    @Test
    void loweredMinIsrKeepsThoseEligibleWhoAreStillNeeded() {
        minIsr(3);
        cluster.alterIsr("t", 1);
        minIsr(2);
        assertThat(elr()).as("1 commits nothing alone").containsExactly(2, 3);
        cluster.fence(1);
        assertThat(cluster.partition("t").leader()).isEqualTo(2);
    }

    @Test
    void emptyIsrAndLoweredMinIsrLeaveTheEligibleOnes() {
        cluster.fence(1, 2, 3);
        assertThat(elr()).containsExactly(2, 3);
        minIsr(1);
        assertThat(elr()).containsExactly(2, 3);
        cluster.unfence(3);
        assertThat(cluster.partition("t").leader()).isEqualTo(3);
        assertThat(elr()).as("3 commits alone").isEmpty();
    }
}
