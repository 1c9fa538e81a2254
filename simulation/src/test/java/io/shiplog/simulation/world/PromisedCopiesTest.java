// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class PromisedCopiesTest {
    private final TopicIdPartition id = new TopicIdPartition(new Uuid(0, 1), 0, "t");
    private final PromisedCopies promised = new PromisedCopies();

    @Test
    void raisedWithTooFewInSyncMinIsrSaysNothingOfWhatIsThere() {
        promised.settle(id, 2, 3);
        assertThat(promised.of(id)).isEqualTo(2);
        promised.settle(id, 1, 1);
        promised.settle(id, 3, 1);
        assertThat(promised.of(id)).isEqualTo(1);
    }

    @Test
    void whenSoManyAreInSyncWhatIsThereHasTheNewPromise() {
        promised.settle(id, 1, 1);
        promised.settle(id, 3, 1);
        promised.settle(id, 3, 3);
        assertThat(promised.of(id)).isEqualTo(3);
        promised.settle(id, 3, 1);
        assertThat(promised.of(id)).as("nothing is committed with one").isEqualTo(3);
    }

    @Test
    void theClusterIsLookedAtWithEachChange() {
        QuietCluster c = new QuietCluster(3, 2);
        assertThat(c.world.promisedCopies(c.partition)).isEqualTo(2);
        c.setMinIsr(1);
        assertThat(c.world.promisedCopies(c.partition)).isEqualTo(1);
        c.faults.kill(c.world.node(2));
        c.faults.kill(c.world.node(3));
        c.until(() -> c.image().isrSize() == 1);
        c.setMinIsr(3);
        assertThat(c.world.promisedCopies(c.partition)).isEqualTo(1);
        c.world.node(2).start();
        c.world.node(3).start();
        c.until(() -> c.image().isrSize() == 3);
        assertThat(c.world.promisedCopies(c.partition)).isEqualTo(3);
    }
}
