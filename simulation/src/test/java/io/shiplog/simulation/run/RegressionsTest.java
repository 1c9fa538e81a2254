// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.simulation.mutant.SourceTree;
import io.shiplog.simulation.report.Regression;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What failed once does not fail again. */
class RegressionsTest {
    private final Regressions regressions =
            new Regressions(SourceTree.rootAbove(Path.of("")).resolve(Regressions.DIRECTORY), SimMain.watchers());

    @TestFactory
    List<DynamicTest> noneFailsAgain() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path file : regressions.files()) {
            tests.add(DynamicTest.dynamicTest(
                    file.getFileName().toString(),
                    () -> assertThat(regressions.run(file).failure())
                            .as(Regression.read(file).about())
                            .isNull()));
        }
        assertThat(tests).isNotEmpty();
        return tests;
    }

    @Test
    void aDirectoryThatIsNotThereHasNone() {
        assertThat(new Regressions(Path.of("not-there"), SimMain.watchers()).files())
                .isEmpty();
    }
}
