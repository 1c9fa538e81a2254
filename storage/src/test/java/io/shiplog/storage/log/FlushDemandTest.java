// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FlushDemandTest {
    private static final long US = 1_000;
    private static final long MS = 1_000 * US;

    private final FlushDemand demand = new FlushDemand();

    private void syncsTake(long ns) {
        for (int i = 0; i < 100; i++) demand.took(ns);
    }

    @Test
    void whereNobodyWorksOneIsNeeded() {
        assertThat(demand.isMoreThan(0, 1, 0)).isTrue();
    }

    @Test
    void whereNothingWaitsNobodyIsNeeded() {
        syncsTake(100 * MS);
        assertThat(demand.isMoreThan(0, 0, 0)).isFalse();
        assertThat(demand.isMoreThan(1, 0, 100 * MS)).isFalse();
    }

    @Test
    void aFewShortSyncsAreLeftToThoseAtWork() {
        syncsTake(300 * US);
        assertThat(demand.isMoreThan(1, 6, 0)).isFalse();
        assertThat(demand.isMoreThan(1, 7, 0)).isTrue();
        assertThat(demand.isMoreThan(2, 7, 0)).isFalse();
    }

    @Test
    void longSyncsAreSharedAtOnce() {
        syncsTake(5 * MS);
        assertThat(demand.isMoreThan(1, 1, 0)).isTrue();
    }

    @Test
    void nothingIsLeftToAThreadThatHangs() {
        syncsTake(300 * US);
        assertThat(demand.isMoreThan(1, 1, 2 * MS)).isFalse();
        assertThat(demand.isMoreThan(1, 1, 2 * MS + 1)).isTrue();
    }
}
