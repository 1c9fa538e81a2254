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

/** Every process of a cluster is restarted under load, one after the other, each when the cluster can do without it. */
class RollingIT {
    @TempDir
    Path directory;

    @Test
    void rollingRestartLosesNothingAndNoProduceFails() throws Exception {
        Path input = directory.resolve("input");
        Files.writeString(
                input,
                IntStream.range(0, 5_000).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining()));
        Script script = new Script(directory.resolve("cluster"));
        Script.Outcome demo = script.run(
                "demo",
                "--rolling",
                "--combined",
                "--base-port",
                Integer.toString(Script.freeBasePort()),
                "--spread-ms",
                "5000",
                input.toString());
        System.out.println(demo.output());
        assertThat(demo.output()).contains("node-3 restarted (3 of 3)").contains("PASS");
        assertThat(demo.exit()).isZero();
        assertThat(script.processes()).isEmpty();
        assertThat(script.directory()).doesNotExist();
    }
}
