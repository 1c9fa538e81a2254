// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.exhaustive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SearchTest {
    /** One record, one leader, and one replica that leaves the ISR and comes back, at any time. */
    private static Bounds small(long maxStates) {
        return new Bounds(1, 1, 0, 1, 0, 0, 1, 1, 2, false, maxStates);
    }

    @Test
    void everyStateOfASmallBoundKeepsThePromisesAndCanComeToRest() {
        Search.Result result = new Search(small(1_000_000)).run(progress -> {});
        assertThat(result.story()).isEmpty();
        assertThat(result.broken()).isNull();
        assertThat(result.complete()).isTrue();
        assertThat(result.states()).isGreaterThan(10_000);
        assertThat(result.settled()).isGreaterThan(100);
    }

    @Test
    void isCutWhereItIsTold() {
        Search.Result result = new Search(small(500)).run(progress -> {});
        assertThat(result.complete()).isFalse();
        assertThat(result.broken()).isNull();
        assertThat(result.states()).isBetween(500, 600);
    }

    @Test
    void walksTheSameWayAgain() {
        Search.Result once = new Search(small(2_000)).run(progress -> {});
        assertThat(new Search(small(2_000)).run(progress -> {})).isEqualTo(once);
    }

    @Test
    void commandSaysHowItEnded() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ExhaustiveCommand command = new ExhaustiveCommand(new PrintStream(out, true, StandardCharsets.UTF_8));
        assertThat(command.run(List.of("--records", "1", "--max-states", "100")))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("1 records", "3 leader epochs", "cut at");
        assertThatThrownBy(() -> command.run(List.of("--records", "0"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> command.run(List.of("--record", "1"))).hasMessage("unknown option --record");
        assertThatThrownBy(() -> command.run(List.of("--records"))).hasMessage("--records needs a value");
    }
}
