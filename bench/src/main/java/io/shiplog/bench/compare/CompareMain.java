// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare;

import io.shiplog.bench.compare.cluster.LocalCluster;
import io.shiplog.bench.compare.report.Report;
import io.shiplog.bench.compare.report.TextTable;
import io.shiplog.bench.compare.result.Result;
import io.shiplog.bench.compare.result.ResultStore;
import io.shiplog.bench.harness.DirectoryTree;
import io.shiplog.bench.harness.Machine;
import io.shiplog.tools.text.JsonReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * {@code bin/bench compare}: Shiplog and Apache Kafka on one machine in one run, alternating. A unit is one workload of one contestant on a fresh cluster; what
 * is measured stands in a file after each of them, and a run of the same name goes on where the one before it ended.
 */
public final class CompareMain {
    private static final int BAD_USAGE = 2;
    private static final int FAILED = 1;
    private static final int PATIENCE_FACTOR = 6;
    private static final long LEAST_PATIENCE_S = 600;
    private static final long END_S = 60;

    private final CompareOptions options;
    private final ResultStore store;
    private final String commit = System.getProperty("shiplog.commit", "unknown");

    private CompareMain(CompareOptions options) {
        this.options = options;
        store = new ResultStore(options.results());
    }

    /** Takes the options of the usage line. */
    public static void main(String[] arguments) {
        CompareOptions options;
        try {
            options = CompareOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.print(CompareOptions.USAGE);
            System.exit(BAD_USAGE);
            return;
        }
        int status = FAILED;
        try {
            Files.createDirectories(options.directory());
            status = new CompareMain(options).run();
        } catch (IOException e) {
            System.err.println("not compared: " + e);
        } catch (InterruptedException e) {
            System.err.println("interrupted");
        }
        System.exit(status);
    }

    private int run() throws IOException, InterruptedException {
        switch (options.mode()) {
            case LIST -> {
                return list();
            }
            case REPORT -> {
                return report();
            }
            case MEASURE -> {
                int failures = measure();
                int status = report();
                return failures > 0 ? FAILED : status;
            }
        }
        throw new IllegalStateException("no mode " + options.mode());
    }

    private int list() throws IOException {
        for (Plan.Step step : Plan.of(options)) {
            System.out.printf(
                    "%-8s %s (about %d s)%n",
                    store.has(step.id(), commit) ? "is there" : "",
                    step.id(),
                    step.row().estimateS(step.contestant(), options.scale()));
        }
        return 0;
    }

    /** How many units failed. */
    private int measure() throws IOException, InterruptedException {
        System.out.println(Machine.describe());
        System.out.println("results: " + options.results());
        List<Plan.Step> open = new ArrayList<>();
        for (Plan.Step step : Plan.of(options)) {
            if (!store.has(step.id(), commit)) {
                open.add(step);
            }
        }
        Progress progress = new Progress(open, options.scale());
        int failures = 0;
        for (Plan.Step step : open) {
            System.out.println(progress.before(step));
            long startNs = System.nanoTime();
            Result result = unit(step);
            store.append(result);
            double seconds = (System.nanoTime() - startNs) / 1e9;
            progress.done(step, seconds);
            if (result.ok()) {
                System.out.printf("  done in %.0f s%n", seconds);
            } else {
                failures++;
                System.out.printf("  FAILED after %.0f s: %s%n", seconds, result.failure());
            }
        }
        if (failures > 0) {
            System.out.println(
                    failures + " of " + open.size() + " units failed; a run of the same name tries them again");
        }
        return failures;
    }

    private Result unit(Plan.Step step) throws IOException, InterruptedException {
        Path work = Files.createDirectories(options.work().resolve("unit"));
        Path outcome = options.directory().resolve("unit.json");
        Path errors = options.directory().resolve(UnitMain.name(step.id()) + ".errors");
        Files.deleteIfExists(outcome);
        Instant at = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        String load = Machine.loadAverage();
        try {
            Process process = new ProcessBuilder(command(step, work, outcome))
                    .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(errors.toFile())
                    .start();
            String why = await(process, step);
            if (why.isEmpty() && Files.exists(outcome)) {
                try {
                    Result result = Result.of(JsonReader.read(Files.readString(outcome, StandardCharsets.UTF_8)));
                    Files.deleteIfExists(errors);
                    return result;
                } catch (RuntimeException e) {
                    why = "its result cannot be read: " + e;
                }
            }
            why = why.isEmpty() ? lastWords(errors) : why;
            return new Result(
                    step.id(),
                    commit,
                    Machine.hardware(),
                    at.toString(),
                    0,
                    load,
                    why,
                    Map.of(),
                    Map.of(),
                    Map.of(),
                    Map.of());
        } finally {
            Files.deleteIfExists(outcome);
            // whatever a unit that was killed has left
            new LocalCluster(step.contestant(), options.top().resolve("bin"), work.resolve("cluster")).close();
            DirectoryTree.delete(work);
        }
    }

    private List<String> command(Plan.Step step, Path work, Path outcome) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms768m",
                "-Xmx768m",
                "-Xmn512m",
                "-XX:+UseSerialGC",
                "-Dshiplog.commit=" + commit,
                "-cp",
                System.getProperty("java.class.path"),
                UnitMain.class.getName(),
                step.id().row(),
                step.id().contestant(),
                Integer.toString(step.id().repetition()),
                options.scale().name(),
                options.top().resolve("bin").toString(),
                work.toString(),
                options.kafkaClassPath(),
                outcome.toString());
    }

    /** Empty when it ended by itself, in whatever way. */
    private String await(Process process, Plan.Step step) throws InterruptedException {
        long patienceS = Math.max(
                LEAST_PATIENCE_S, (long) PATIENCE_FACTOR * step.row().estimateS(step.contestant(), options.scale()));
        if (process.waitFor(patienceS, TimeUnit.SECONDS)) {
            return "";
        }
        process.destroy();
        if (!process.waitFor(END_S, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        return "no end after " + patienceS + " s";
    }

    private static String lastWords(Path errors) throws IOException {
        List<String> lines = Files.exists(errors) ? Files.readAllLines(errors, StandardCharsets.UTF_8) : List.of();
        List<String> telling = lines.stream()
                .filter(line -> line.startsWith("not measured: ") || line.startsWith("because of "))
                .toList();
        List<String> words = telling.isEmpty() ? lines.subList(Math.max(0, lines.size() - 3), lines.size()) : telling;
        return words.isEmpty() ? "it ended without a word" : String.join("; ", words);
    }

    /** On the screen and as a page; the status is 0. */
    private int report() throws IOException {
        List<Result> results = store.all();
        System.out.println();
        System.out.print(TextTable.of(results, options.scale().id()));
        Path notes = options.top().resolve("docs/benchmarks-notes.md");
        String text = Files.exists(notes) ? Files.readString(notes, StandardCharsets.UTF_8) : "";
        Report.Pages pages = Report.of(results, options.scale().id(), text);
        write(pages, options.publish() ? options.top().resolve("docs") : options.directory());
        return 0;
    }

    private static void write(Report.Pages pages, Path directory) throws IOException {
        Path page = directory.resolve("benchmarks.md");
        Path plots = Files.createDirectories(directory.resolve("benchmarks"));
        Files.writeString(page, pages.page(), StandardCharsets.UTF_8);
        for (Map.Entry<String, String> plot : pages.plots().entrySet()) {
            Files.writeString(plots.resolve(plot.getKey()), plot.getValue(), StandardCharsets.UTF_8);
        }
        System.out.println("report: " + page);
    }
}
