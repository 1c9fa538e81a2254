// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.run;

import io.shiplog.simulation.report.Regression;
import io.shiplog.simulation.world.RunWatcher;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The runs of {@code simulation/regressions/}: each failed once, and must not fail again. */
final class Regressions {
    /** From the root of the source tree. */
    static final Path DIRECTORY = Path.of("simulation", "regressions");

    private final Path directory;
    private final Runs runs;

    Regressions(Path directory, Supplier<List<RunWatcher>> watchers) {
        this.directory = directory;
        this.runs = new Runs(watchers);
    }

    /** The files, by name; none when there is no such directory. */
    List<Path> files() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".txt"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    RunResult run(Path file) {
        Regression regression = Regression.read(file);
        return runs.run(regression.setup(), regression.schedule(), null, Long.MAX_VALUE);
    }

    /** Runs all of them and says how it went; returns how many failed. */
    int runAll(String commit, PrintStream out) {
        int failed = 0;
        List<Path> files = files();
        for (Path file : files) {
            RunResult result = run(file);
            if (result.failure() != null) {
                failed++;
                out.println(FailureLine.of(commit, file, result.failure()));
            }
        }
        if (!files.isEmpty()) {
            out.println(files.size() + " regressions, " + failed + " failed");
        }
        return failed;
    }
}
