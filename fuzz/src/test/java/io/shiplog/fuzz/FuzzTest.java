// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.fuzz.targets.Targets;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code bin/fuzz} in small: what the corpus holds, and some thousand inputs by chance. */
class FuzzTest {
    private static final Path CORPUS = Path.of("corpus");

    @TempDir
    Path findings;

    @ParameterizedTest
    @CsvSource({
        "frames, 200",
        "headers, 3000",
        "requests, 2000",
        "responses, 100",
        "groups, 1000",
        "batches, 2000",
        "records, 500"
    })
    void nothingIsFound(String name, int executions) throws Exception {
        Target target = Targets.named(name);
        List<Corpus.Seed> seeds = Corpus.of(CORPUS, target);
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        Fuzzer fuzzer = new Fuzzer(target, seeds, findings, new PrintStream(told, true, StandardCharsets.UTF_8));

        fuzzer.run(executions, 1);

        assertThat(fuzzer.found()).as(told.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(seeds).as("corpus/" + name).isNotEmpty();
    }
}
