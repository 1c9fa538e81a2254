// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.move;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs commands as an operator would, and hears what they say. */
final class Shell {
    private static final long PATIENCE_S = 300;

    private int steps;

    /**
     * What a command did.
     *
     * @param status its exit status
     * @param out    what it printed, with its errors
     */
    record Result(int status, String out) {}

    /** One more thing that an operator has to do. */
    Result step(List<String> command, String... more) throws IOException, InterruptedException {
        steps++;
        return must(command, more);
    }

    /** Something that has to be done, but not by the operator. */
    static Result must(List<String> command, String... more) throws IOException, InterruptedException {
        Result result = run(command, more);
        if (result.status() != 0) {
            throw new IOException(String.join(" ", command) + " " + String.join(" ", more) + " ended with "
                    + result.status() + ": " + result.out());
        }
        return result;
    }

    /** Only to look. */
    static Result run(List<String> command, String... more) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(command);
        words.addAll(List.of(more));
        Path out = Files.createTempFile("move", ".out");
        try {
            Process process = new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
            if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("no end after " + PATIENCE_S + " s: " + words);
            }
            return new Result(process.exitValue(), Files.readString(out, StandardCharsets.UTF_8));
        } finally {
            Files.delete(out);
        }
    }

    /** How many steps were taken. */
    int steps() {
        return steps;
    }
}
