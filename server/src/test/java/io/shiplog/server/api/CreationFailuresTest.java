// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CreationFailuresTest {
    private long nowMs = 5;
    private final CreationFailures failures = new CreationFailures(() -> nowMs);

    @Test
    void failuresAreKnownForAWhile() {
        failures.add("a", "no room", 10);
        assertThat(failures.reason("a")).isEqualTo("no room");
        nowMs += 10;
        assertThat(failures.reason("a")).isNull();
    }

    @Test
    void threeAreToldAndTheOthersCounted() {
        assertThat(failures.describe(List.of("a", "b"))).isEmpty();
        for (String topic : List.of("a", "b", "c", "d", "e")) {
            failures.add(topic, "no room", 10);
        }
        assertThat(failures.describe(List.of("a", "x"))).isEqualTo("Creation failed: a (no room).");
        assertThat(failures.describe(List.of("a", "b", "c", "d", "e")))
                .isEqualTo("Creation failed: a (no room), b (no room), c (no room) and 2 more.");
    }

    @Test
    void theOldestAreForgottenWhenThereAreTooMany() {
        for (int i = 0; i <= CreationFailures.MAX_TOPICS; i++) {
            failures.add("topic-" + i, "no room", 10);
        }
        assertThat(failures.reason("topic-0")).isNull();
        assertThat(failures.reason("topic-1")).isNotNull();
    }

    @Test
    void aFailureIsNewsOnlyWhenItIsAnotherOne() {
        assertThat(failures.add("a", "no room", 10)).isTrue();
        nowMs += 20;
        assertThat(failures.add("a", "no room", 10)).isFalse();
        assertThat(failures.add("a", "no controller", 10)).isTrue();
        failures.remove("a");
        assertThat(failures.add("a", "no controller", 10)).isTrue();
    }
}
