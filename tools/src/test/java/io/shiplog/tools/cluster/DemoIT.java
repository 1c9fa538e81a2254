// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job with six real processes, one of which is killed in the middle. */
class DemoIT {
    @TempDir
    Path directory;

    @Test
    void everyAcknowledgedLineSurvivesTheLeadersDeath() throws Exception {
        Path input = directory.resolve("input");
        Files.writeString(
                input,
                IntStream.range(0, 20_000).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining()));
        Script script = new Script(directory.resolve("cluster"));
        Script.Outcome demo = script.run(
                "demo",
                "--base-port",
                Integer.toString(Script.freeBasePort()),
                "--spread-ms",
                "6000",
                input.toString());
        assertThat(demo.output()).contains("PASS");
        assertThat(demo.exit()).isZero();
        assertThat(script.processes()).isEmpty();
        assertThat(script.directory()).doesNotExist();
    }
}
