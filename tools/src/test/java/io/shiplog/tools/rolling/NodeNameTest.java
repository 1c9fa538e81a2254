// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.rolling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeNameTest {
    @Test
    void rolesAreTold() {
        assertThat(NodeName.parse("storage-2").isStorage()).isTrue();
        assertThat(NodeName.parse("storage-2").isQuorum()).isFalse();
        assertThat(NodeName.parse("quorum-1").isStorage()).isFalse();
        assertThat(NodeName.parse("quorum-1").isQuorum()).isTrue();
        assertThat(NodeName.parse("node-3").isStorage()).isTrue();
        assertThat(NodeName.parse("node-3").isQuorum()).isTrue();
        assertThat(NodeName.parse("node-3")).hasToString("node-3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "3", "storage", "storage-", "broker-1", "storage-x", "storage-1 ", "storage--1"})
    void whatIsNoNodeIsRefused(String text) {
        assertThatThrownBy(() -> NodeName.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no node");
    }
}
