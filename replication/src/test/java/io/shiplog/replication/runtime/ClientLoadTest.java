// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClientLoadTest {
    private final ClientLoad load = new ClientLoad(4);

    @Test
    void nothingIsKnownOfProducesWhereThereWereNone() {
        assertThat(load.isAny()).isFalse();
        load.followed();
        assertThat(load.isAny()).isTrue();
        assertThat(load.waitMs()).isNegative();
    }

    @Test
    void oneInTenMayWaitLonger() {
        for (int i = 0; i < 90; i++) {
            load.acknowledged(3);
        }
        for (int i = 0; i < 10; i++) {
            load.acknowledged(10_000);
        }
        assertThat(load.waitMs()).isEqualTo(3);
        for (int i = 0; i < 10; i++) {
            load.acknowledged(40);
        }
        assertThat(load.waitMs()).isEqualTo(40);
    }

    @Test
    void fewerThanTwentyDoNotSayHowLongProducesWait() {
        for (int i = 0; i < 19; i++) {
            load.acknowledged(7);
        }
        assertThat(load.isAny()).isTrue();
        assertThat(load.waitMs()).isNegative();
        load.acknowledged(7);
        assertThat(load.waitMs()).isEqualTo(7);
    }

    @Test
    void theLastFourLooksCountTogether() {
        for (int i = 0; i < 20; i++) {
            load.acknowledged(100);
        }
        load.followed();
        for (int i = 0; i < 3; i++) {
            load.turn();
            assertThat(load.isAny()).isTrue();
            assertThat(load.waitMs()).isEqualTo(100);
        }
        load.turn();
        assertThat(load.isAny()).isFalse();
        assertThat(load.waitMs()).isNegative();
    }
}
