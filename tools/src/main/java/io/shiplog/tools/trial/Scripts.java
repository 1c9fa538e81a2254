// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The scripts of {@code bin/}, run as processes. */
public final class Scripts {
    private final Path bin;

    public Scripts(Path bin) {
        this.bin = bin;
    }

    /** Runs a script to its end and returns what it printed; throws that when it fails. */
    public String run(Map<String, String> environment, String script, List<String> arguments)
            throws IOException, InterruptedException {
        Process process = builder(environment, script, arguments)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.waitFor();
        if (exit != 0) {
            throw new IOException(
                    script + " " + String.join(" ", arguments) + " ended with " + exit + ": " + output.strip());
        }
        return output;
    }

    /** Starts a script whose streams the caller uses. */
    public Process start(String script, List<String> arguments) throws IOException {
        return builder(Map.of(), script, arguments)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private ProcessBuilder builder(Map<String, String> environment, String script, List<String> arguments) {
        List<String> line = new ArrayList<>();
        line.add(bin.resolve(script).toString());
        line.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(line);
        // bin/powercut has built what is to be run.
        builder.environment().put("SHIPLOG_NO_BUILD", "1");
        builder.environment().putAll(environment);
        return builder;
    }
}
