// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.harness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs commands as an operator would, and hears what they say. */
public final class Shell {
    private static final long PATIENCE_S = 300;

    private int steps;

    /** Has taken no step yet. */
    public Shell() {}

    /**
     * What a command did.
     *
     * @param status its exit status
     * @param out    what it printed, with its errors
     */
    public record Result(int status, String out) {}

    /** One more thing that an operator has to do. */
    public Result step(List<String> command, String... more) throws IOException, InterruptedException {
        steps++;
        return must(command, more);
    }

    /** Something that has to be done, but not by the operator. */
    public static Result must(List<String> command, String... more) throws IOException, InterruptedException {
        Result result = run(command, more);
        if (result.status() != 0) {
            throw new IOException(String.join(" ", command) + " " + String.join(" ", more) + " ended with "
                    + result.status() + ": " + result.out());
        }
        return result;
    }

    /** Only to look. */
    public static Result run(List<String> command, String... more) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(command);
        words.addAll(List.of(more));
        return run(Map.of(), words);
    }

    /** The same with more variables in its environment. */
    public static Result run(Map<String, String> environment, List<String> words)
            throws IOException, InterruptedException {
        return run(environment, words, PATIENCE_S);
    }

    /** The same for a command that may take so many seconds. */
    public static Result run(Map<String, String> environment, List<String> words, long patienceS)
            throws IOException, InterruptedException {
        Path out = Files.createTempFile("shell", ".out");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(out.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(patienceS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("no end after " + patienceS + " s: " + words);
            }
            return new Result(process.exitValue(), Files.readString(out, StandardCharsets.UTF_8));
        } finally {
            Files.delete(out);
        }
    }

    /** How many steps were taken. */
    public int steps() {
        return steps;
    }
}
