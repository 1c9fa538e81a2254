// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClientLoadTest {
    private final ClientLoad load = new ClientLoad();

    @Test
    void nothingIsKnownOfProducesWhereThereWereNone() {
        assertThat(load.isAny()).isFalse();
        load.followed();
        assertThat(load.isAny()).isTrue();
        assertThat(load.waitMs()).isNegative();
    }

    @Test
    void oneInTwentyMayWaitLonger() {
        for (int i = 0; i < 95; i++) {
            load.acknowledged(3);
        }
        for (int i = 0; i < 5; i++) {
            load.acknowledged(10_000);
        }
        assertThat(load.waitMs()).isEqualTo(3);
        load.acknowledged(40);
        for (int i = 0; i < 5; i++) {
            load.acknowledged(40);
        }
        assertThat(load.waitMs()).isEqualTo(40);
    }

    @Test
    void aSingleOneCounts() {
        load.acknowledged(7);
        assertThat(load.waitMs()).isEqualTo(7);
    }

    @Test
    void eachLookBeginsAnew() {
        load.acknowledged(100);
        load.clear();
        assertThat(load.isAny()).isFalse();
        load.acknowledged(1);
        assertThat(load.waitMs()).isEqualTo(1);
    }
}
