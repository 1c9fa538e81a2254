// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

class JmhMainTest {
    @TempDir
    Path folder;

    @Test
    void aRunWritesJsonAndATableWithTheAllocationAndTheRatioToKafka() throws Exception {
        System.setProperty("jmh.ignoreLock", "true");
        Path json = folder.resolve("result.json");
        String[] given = {"ProducerState", "-f", "0", "-wi", "0", "-i", "2", "-r", "20ms", "-p", "producers=10"};
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .parent(JmhMain.options(json.toString(), "64m", given))
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
        assertThat(Files.readString(json)).contains("checkAndApplyKafka", "gc.alloc.rate.norm");
        List<String> table = ResultTable.of(results).lines().toList();
        assertThat(table.get(0)).contains("parameters", "B/op").endsWith("Kafka/ours");
        assertThat(table)
                .hasSize(3)
                .anyMatch(
                        line -> line.matches(
                                "ProducerStateBenchmark\\.checkAndApply +producers=10 +[0-9.,]+ +[0-9.,]* +ns/op +[0-9.,]+ +[0-9.,]+"))
                .anyMatch(line ->
                        line.matches("ProducerStateBenchmark\\.checkAndApplyKafka +producers=10 .*ns/op +[0-9.,]+"));
    }
}
