// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.server.HandLoop;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoopWatchdogTest {
    private final HandLoop loop = HandLoop.waiting();
    private final List<Boolean> told = new ArrayList<>();
    private final LoopWatchdog watchdog = new LoopWatchdog(loop, 3, told::add);

    @Test
    void loopThatAnswersIsLeftAlone() {
        for (int i = 0; i < 10; i++) {
            watchdog.check();
            loop.run();
        }
        assertThat(told).isEmpty();
    }

    @Test
    void loopThatOwesAnAnswerIsStalledOnceAndNotAskedAgain() {
        checks(4);
        assertThat(told).containsExactly(true);
        checks(4);
        assertThat(told).containsExactly(true);
        assertThat(loop.size()).isEqualTo(1);
    }

    @Test
    void lateAnswerWithinTheLimitIsFine() {
        checks(3);
        loop.run();
        checks(1);
        assertThat(told).isEmpty();
    }

    @Test
    void loopThatRunsAgainIsReported() {
        checks(4);
        loop.run();
        checks(1);
        assertThat(told).containsExactly(true, false);
    }

    private void checks(int count) {
        for (int i = 0; i < count; i++) {
            watchdog.check();
        }
    }
}
