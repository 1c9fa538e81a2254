// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuorumAddressTest {
    @Test
    void severalAddresses() {
        assertThat(QuorumAddress.parse("a:1, b:65535"))
                .containsExactly(new Endpoint("a", 1), new Endpoint("b", 65_535));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "a:", ":1", "a:0", "a:65536", "a:b", "a:1,,b:2"})
    void whatIsNoAddressIsRefused(String text) {
        assertThatThrownBy(() -> QuorumAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("HOST:PORT");
    }
}
