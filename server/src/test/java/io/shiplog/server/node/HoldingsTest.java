// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.server.api.TestCluster;
import java.util.List;
import org.junit.jupiter.api.Test;

class HoldingsTest {
    private final TestCluster cluster =
            new TestCluster(1).broker(1, 1).broker(2, 2).broker(3, 3);

    @Test
    void nodeThatLeadsNothingHoldsOnlyItsPlacesInIsrs() {
        cluster.topic("a", 2, 2, 1);
        Holdings held = Holdings.of(cluster.image(), 1);
        assertThat(held).isEqualTo(new Holdings(0, 2, 0, List.of()));
    }

    @Test
    void partitionWhoseOtherReplicasAreDownHasNobodyElse() {
        cluster.topic("a", 1, 1, 2);
        cluster.topic("b", 1, 1, 3);
        cluster.fence(2, true);
        Holdings held = Holdings.of(cluster.image(), 1);
        assertThat(held.leads()).isEqualTo(2);
        assertThat(held.alone()).isEqualTo(1);
        assertThat(held.examples()).containsExactlyInAnyOrder("a-0 (no other replica is up)", "b-0 (not moved yet)");
    }

    @Test
    void examplesAreBounded() {
        cluster.topic("a", 50, 1, 2);
        Holdings held = Holdings.of(cluster.image(), 1);
        assertThat(held.leads()).isEqualTo(50);
        assertThat(held.examples()).hasSize(Holdings.MAX_EXAMPLES);
    }
}
