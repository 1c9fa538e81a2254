// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.mutant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.shiplog.simulation.invariant.Invariant;
import io.shiplog.simulation.invariant.Invariants;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The mutants that are kept still fit the code. Whoever moves the place of one moves the mutant with it. */
class MutantsTest {
    private static final Path ROOT = SourceTree.rootAbove(Path.of(""));

    /** What nodes notice themselves. */
    private static final String NODE_FAILED = "N1";

    static List<Mutant> mutants() throws IOException {
        return MutantFile.readAll(SourceTree.mutants(ROOT));
    }

    @TestFactory
    List<DynamicTest> applyAndCompile() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        MutantCompiler compiler = new MutantCompiler(ROOT);
        for (Mutant mutant : mutants()) {
            tests.add(DynamicTest.dynamicTest(
                    mutant.toString(),
                    () -> assertThatCode(() -> {
                                Map<String, byte[]> classes = compiler.compile(mutant);
                                assertThat(classes.isEmpty()).isEqualTo(!mutant.isExpressible());
                            })
                            .doesNotThrowAnyException()));
        }
        tests.add(DynamicTest.dynamicTest("the compiler is closed", compiler::close));
        return tests;
    }

    @Test
    void tripInvariantsThatThereAre() throws IOException {
        List<String> ids =
                new ArrayList<>(Invariants.all().stream().map(Invariant::id).toList());
        ids.add(NODE_FAILED);
        for (Mutant mutant : mutants()) {
            assertThat(ids).as(mutant.toString()).containsAll(mutant.trips());
        }
    }
}
