// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class PreparedLoadTest {
    private static final PreparedLoad LOAD = new PreparedLoad(new PreparedLoad.Settings(2, 5, 10, 500));

    @Test
    void everyRequestArrivesWholeAndEveryAnswerIsHeard() throws IOException {
        try (AnsweringBroker one = new AnsweringBroker(5, Errors.NONE);
                AnsweringBroker two = new AnsweringBroker(5, Errors.NONE)) {
            PreparedLoad.Outcome outcome =
                    LOAD.run("topic", Map.of(0, one.node(1), 1, two.node(2), 2, one.node(1)), 995);
            assertThat(outcome.records()).isEqualTo(1_000);
            assertThat(outcome.mib()).isEqualTo(1_000 * 500.0 / (1 << 20));
            assertThat(one.records()).containsOnlyKeys(0, 2);
            assertThat(two.records()).containsOnlyKeys(1);
            int there =
                    one.records().get(0) + one.records().get(2) + two.records().get(1);
            assertThat(there).isEqualTo(1_000);
            assertThat(one.connections()).isEqualTo(2);
            assertThat(two.connections()).isEqualTo(2);
            assertThat(one.faults()).isEmpty();
            assertThat(two.faults()).isEmpty();
        }
    }

    @Test
    void aBrokerThatRefusesEndsTheRun() throws IOException {
        try (AnsweringBroker broker = new AnsweringBroker(5, Errors.NOT_LEADER_OR_FOLLOWER)) {
            assertThatThrownBy(() -> LOAD.run("topic", Map.of(0, broker.node(1)), 1_000))
                    .hasMessageContaining("NOT_LEADER_OR_FOLLOWER");
        }
    }
}
