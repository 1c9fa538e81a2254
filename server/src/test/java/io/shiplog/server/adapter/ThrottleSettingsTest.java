// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThrottleSettingsTest {
    @ParameterizedTest
    @ValueSource(strings = {"*", "3:101", "2:101,3:101", " 2:7 , 3:101 ", "1:1,*"})
    void namesPartitionThreeOnNode101(String list) {
        assertThat(ThrottleSettings.names(list, 3, 101)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "3:10", "33:101", "2:101,4:101", "101:3"})
    void namesOthers(String list) {
        assertThat(ThrottleSettings.names(list, 3, 101)).isFalse();
    }

    @Test
    void nothingIsSet() {
        assertThat(ThrottleSettings.names(null, 3, 101)).isFalse();
    }
}
