// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.shiplog.simulation.mutant.SourceTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** All stories of {@code scenarios/} come true. */
class ScenariosTest {
    private static final Path DIRECTORY = SourceTree.rootAbove(Path.of("")).resolve("scenarios");

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return files.sorted().toList();
        }
    }

    @Test
    void thereAreNineOfThem() throws IOException {
        assertThat(files()).hasSize(9);
    }

    @TestFactory
    List<DynamicTest> comeTrue() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path file : files()) {
            Scenario scenario = Scenario.read(file);
            tests.add(DynamicTest.dynamicTest(
                    scenario.title(),
                    () -> assertThatCode(() -> ScenarioRunner.run(scenario, new SimStage(null)))
                            .doesNotThrowAnyException()));
        }
        return tests;
    }
}
