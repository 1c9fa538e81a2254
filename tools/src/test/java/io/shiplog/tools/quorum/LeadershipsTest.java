// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.tools.quorum.Leaderships.Displaced;
import io.shiplog.tools.quorum.Leaderships.Share;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeadershipsTest {
    private static final List<Integer> ALL = List.of(1, 2, 3);

    @Test
    void everyNodeHasItsShareThoseWithNothingToo() {
        Image image = new Image(4).partition(ALL, ALL, 1).partition(List.of(1, 2), List.of(1, 2), 2);
        assertThat(Leaderships.shares(image.get()))
                .containsExactly(
                        new Share(1, 1, 2, 2), new Share(2, 1, 0, 2), new Share(3, 0, 0, 1), new Share(4, 0, 0, 0));
    }

    @Test
    void displacedPartitionSaysWhatIsInTheWay() {
        Image image = new Image(3)
                .partition(ALL, ALL, 1)
                .partition(ALL, ALL, 2)
                .partition(List.of(2, 1, 3), List.of(1, 3), 1)
                .partition(List.of(3, 1, 2), ALL, 1)
                .draining(3);
        assertThat(Leaderships.displaced(image.get()))
                .containsExactly(
                        new Displaced("orders-1", 2, 1, null),
                        new Displaced("orders-2", 1, 2, "storage-2 is not in sync"),
                        new Displaced("orders-3", 1, 3, "storage-3 is in maintenance"));
        assertThat(Leaderships.displaced(new Image(3)
                                .partition(ALL, List.of(2, 3), 2)
                                .fenced(1)
                                .get())
                        .get(0)
                        .why())
                .isEqualTo("storage-1 is fenced");
    }

    @Test
    void whatANodeStillLeadsSaysWhyNobodyElseDoes() {
        Image image = new Image(3)
                .partition(ALL, ALL, 1)
                .partition(List.of(1), List.of(1), 1)
                .partition(List.of(1, 2, 3), List.of(1), 1)
                .partition(List.of(2, 1), List.of(1, 2), 2)
                .draining(1);
        assertThat(Leaderships.left(image.get(), 1))
                .containsExactly(
                        "orders-0: storage-2 will lead it soon",
                        "orders-1: it has no other replica",
                        "orders-2: storage-2 is not in sync, storage-3 is not in sync");
    }

    @Test
    void replicasThatAreNotInSyncAreNamed() {
        Image image = new Image(3).partition(ALL, ALL, 1).partition(ALL, List.of(1, 3), 1);
        assertThat(Leaderships.notInSync(image.get(), 2)).containsExactly("orders-1");
        assertThat(Leaderships.notInSync(image.get(), 3)).isEmpty();
    }
}
