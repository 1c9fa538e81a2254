// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.exhaustive;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VisitedTest {
    @Test
    void tellsTheWayToEachState() {
        Visited visited = new Visited();
        assertThat(visited.add(10, -1, 0)).isTrue();
        assertThat(visited.add(11, 0, 7)).isTrue();
        assertThat(visited.add(10, 1, 8)).isFalse();
        assertThat(visited.add(12, 1, 9)).isTrue();
        assertThat(visited.path(0)).isEmpty();
        assertThat(visited.path(2)).containsExactly(7, 9);
    }

    @Test
    void knowsAllOfMany() {
        Visited visited = new Visited();
        int many = 200_000;
        for (int i = 0; i < many; i++) {
            assertThat(visited.add(i * 0x9e3779b97f4a7c15L, i - 1, i % 100)).isTrue();
        }
        for (int i = 0; i < many; i += 1_000) {
            assertThat(visited.add(i * 0x9e3779b97f4a7c15L, 0, 0)).isFalse();
        }
        assertThat(visited.size()).isEqualTo(many);
        assertThat(visited.path(many - 1)).hasSize(many - 1);
    }
}
