// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.runtime.Cancellable;
import io.shiplog.replication.runtime.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class LoopWatchdogTest {
    private final StoppedLoop loop = new StoppedLoop();
    private final List<Boolean> told = new ArrayList<>();
    private final LoopWatchdog watchdog = new LoopWatchdog(loop, 3, told::add);

    @Test
    void loopThatAnswersIsLeftAlone() {
        for (int i = 0; i < 10; i++) {
            watchdog.check();
            loop.runAll();
        }
        assertThat(told).isEmpty();
    }

    @Test
    void loopThatOwesAnAnswerIsStalledOnceAndNotAskedAgain() {
        checks(4);
        assertThat(told).containsExactly(true);
        checks(4);
        assertThat(told).containsExactly(true);
        assertThat(loop.tasks).hasSize(1);
    }

    @Test
    void lateAnswerWithinTheLimitIsFine() {
        checks(3);
        loop.runAll();
        checks(1);
        assertThat(told).isEmpty();
    }

    @Test
    void loopThatRunsAgainIsReported() {
        checks(4);
        loop.runAll();
        checks(1);
        assertThat(told).containsExactly(true, false);
    }

    private void checks(int count) {
        for (int i = 0; i < count; i++) {
            watchdog.check();
        }
    }

    /** Runs what it was given only when told. */
    private static final class StoppedLoop implements EventLoop {
        private final Queue<Runnable> tasks = new ArrayDeque<>();

        void runAll() {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }

        @Override
        public boolean inLoop() {
            return false;
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public Cancellable schedule(Runnable task, long delayMs) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long nowMs() {
            return 0;
        }

        @Override
        public long wallClockMs() {
            return 0;
        }
    }
}
