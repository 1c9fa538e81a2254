// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StrikeTest {
    private static final List<String> NODES = List.of("quorum-1", "storage-1", "storage-2");

    @Test
    void theSameSeedGivesTheSameSchedule() {
        assertThat(schedule(7, 60)).isEqualTo(schedule(7, 60)).isNotEqualTo(schedule(8, 60));
    }

    @Test
    void everyKindMeetsEveryNode() {
        Set<String> met = new HashSet<>();
        for (Strike strike : schedule(1, 200)) {
            met.add(strike.kind() + " " + strike.node());
        }
        assertThat(met).hasSize(EnumSet.allOf(Strike.Kind.class).size() * NODES.size());
    }

    @Test
    void pausesTakeOneToEightSeconds() {
        assertThat(schedule(1, 500).stream().filter(strike -> strike.kind() == Strike.Kind.PAUSE))
                .isNotEmpty()
                .allMatch(strike -> strike.awayMs() >= 1_000 && strike.awayMs() <= 8_000);
    }

    @Test
    void theRoleIsWhatStandsBeforeTheNumber() {
        assertThat(new Strike(Strike.Kind.KILL, "quorum-3", 0).role()).isEqualTo("quorum");
    }

    private static List<Strike> schedule(long seed, int count) {
        Random random = new Random(seed);
        List<Strike> strikes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            strikes.add(Strike.next(random, NODES));
        }
        return strikes;
    }
}
