// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrialRunTest {
    @TempDir
    private Path work;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private boolean closed;

    /** What a cycle does. */
    private interface Cycle {
        String run(int number) throws Exception;
    }

    @Test
    void eachCycleIsALineAndTheTrialARow() throws Exception {
        TrialRun run = run(number -> "struck " + number);
        assertThat(run.passed()).isTrue();
        assertThat(output())
                .containsPattern("t 1/3 \\(\\d+\\.\\d s\\): struck 1")
                .contains("): struck 3")
                .containsPattern("t +3 +3 +\\d+ s +the end");
        assertThat(closed).isTrue();
    }

    @Test
    void theFirstFaultEndsTheTrialAndSaysWhereToLook() throws Exception {
        TrialRun run = run(number -> {
            if (number == 2) {
                throw new Fault("a record is missing");
            }
            return "struck";
        });
        assertThat(run.passed()).isFalse();
        assertThat(output())
                .contains("t 2/3: FAIL: a record is missing")
                .contains("look at: " + work)
                .containsPattern("t +2 +1 +\\d+ s +FAIL: a record is missing")
                .doesNotContain("the end");
        assertThat(closed).isTrue();
        assertThat(work.resolve("traces.log")).doesNotExist();
    }

    @Test
    void whatNobodyExpectedIsOneLineAndItsTraceIsInAFile() throws Exception {
        TrialRun run = run(number -> {
            throw new IllegalStateException("first line\nsecond line");
        });
        assertThat(run.passed()).isFalse();
        assertThat(output())
                .contains("FAIL: IllegalStateException: first line | second line (stack trace: " + work)
                .doesNotContain("\tat ");
        assertThat(work.resolve("traces.log")).content().contains("\tat io.shiplog.tools.trial.TrialRunTest");
    }

    private String output() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private TrialRun run(Cycle cycle) throws Exception {
        TrialRun run = new TrialRun(new PrintStream(bytes, true, StandardCharsets.UTF_8), work);
        run.run("t", () -> new OfCycles(cycle), 3);
        run.table();
        return run;
    }

    private final class OfCycles implements Trial {
        private final Cycle cycle;

        OfCycles(Cycle cycle) {
            this.cycle = cycle;
        }

        @Override
        public void open() {}

        @Override
        public String cycle(int number) throws Exception {
            return cycle.run(number);
        }

        @Override
        public String end() {
            return "the end";
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
