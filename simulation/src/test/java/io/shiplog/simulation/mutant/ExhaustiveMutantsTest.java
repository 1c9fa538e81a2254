// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.mutant;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.simulation.exhaustive.ExhaustiveCommand;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The walk through all states finds what is wrong. Others were tried by hand: docs/simulation.md. */
class ExhaustiveMutantsTest {
    private static final Path ROOT = SourceTree.rootAbove(Path.of(""));
    private static final String[] NOTHING_GOES_WRONG = {
        "--records", "1", "--epochs", "1", "--crashes", "0", "--fences", "0", "--waits", "0", "--losses", "0"
    };
    private static final String[] ONE_LEAVES_AND_JOINS = {
        "--records", "1", "--epochs", "1", "--crashes", "0", "--fences", "1", "--waits", "0", "--losses", "0"
    };

    @Test
    void highWatermarkOfMinIsrDisksIsFoundWithoutAnyFault() throws Exception {
        assertThat(walk("51", NOTHING_GOES_WRONG)).contains("BROKEN S5", "replica 3 may be elected and lacks");
    }

    @Test
    void highWatermarkOverTheCommittedIsrIsFound() throws Exception {
        assertThat(walk("06", ONE_LEAVES_AND_JOINS)).contains("BROKEN S5", "the controller fences replica");
    }

    private static String walk(String number, String... bounds) throws Exception {
        Mutant mutant = MutantFile.readAll(SourceTree.mutants(ROOT)).stream()
                .filter(each -> each.number().equals(number))
                .findFirst()
                .orElseThrow();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (MutantCompiler compiler = new MutantCompiler(ROOT)) {
            Class<?> changed = new MutantClassLoader(
                            compiler.compile(mutant), ExhaustiveMutantsTest.class.getClassLoader())
                    .loadClass(ExhaustiveCommand.class.getName());
            Object command = changed.getDeclaredConstructor(PrintStream.class)
                    .newInstance(new PrintStream(out, true, StandardCharsets.UTF_8));
            Object status = changed.getMethod("run", List.class).invoke(command, List.of(bounds));
            assertThat(status).isEqualTo(1);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
