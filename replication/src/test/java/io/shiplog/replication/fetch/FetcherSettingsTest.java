// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FetcherSettingsTest {
    @Test
    void pauseDoublesUpToItsLargest() {
        FetcherSettings settings = FetcherSettings.defaults(1);
        assertThat(settings.backoffMs(1, 200)).isEqualTo(20);
        assertThat(settings.backoffMs(2, 200)).isEqualTo(40);
        assertThat(settings.backoffMs(4, 200)).isEqualTo(160);
        assertThat(settings.backoffMs(5, 200)).isEqualTo(200);
        assertThat(settings.backoffMs(Integer.MAX_VALUE, 200)).isEqualTo(200);
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> new FetcherSettings(-1, 500, 1, 1, 1, 1_000, 1, 1, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FetcherSettings(1, 500, 1, 1, 1, 500, 1, 1, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FetcherSettings(1, 500, 1, 1, 1, 1_000, 10, 9, 10))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FetchSettings(0, 1, 1, 1, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FetchSettings(1, 1, 1, 1, 0, 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
