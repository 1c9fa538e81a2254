// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Runs trials: a line per cycle with its seconds, and a table at the end. A trial ends with its first fault, so that it can be looked at. What
 * nobody expected is one line here, and its stack trace stands in a file.
 */
public final class TrialRun {
    private static final String TRACES = "traces.log";
    private static final int MAX_SENTENCE = 500;
    private static final int MAX_CELL = 100;

    private final PrintStream out;
    private final Path work;
    private final List<String> rows = new ArrayList<>();
    private boolean passed = true;

    /** Makes a trial when it is its turn. */
    public interface Maker {
        Trial make() throws IOException, InterruptedException;
    }

    /** @param work where the file of stack traces goes */
    public TrialRun(PrintStream out, Path work) {
        this.out = out;
        this.work = work;
    }

    /** Whether every promise was kept so far. */
    public boolean passed() {
        return passed;
    }

    /** Runs a trial so many times, or to its first fault. */
    public void run(String name, Maker maker, int cycles) throws InterruptedException {
        int kept = 0;
        int begun = 0;
        long beginNs = System.nanoTime();
        String result;
        try (Trial trial = maker.make()) {
            trial.open();
            while (begun < cycles) {
                begun++;
                long startNs = System.nanoTime();
                String what = trial.cycle(begun);
                kept++;
                say("%s %d/%d (%.1f s): %s", name, begun, cycles, secondsSince(startNs), what);
            }
            result = trial.end();
        } catch (InterruptedException e) {
            throw e;
        } catch (Fault e) {
            result = failed(name, begun, cycles, e.getMessage());
        } catch (Exception e) {
            result = failed(name, begun, cycles, sentence(e) + " (stack trace: " + keepTrace(name, e) + ")");
        }
        String took = String.format(Locale.ROOT, "%.0f s", secondsSince(beginNs));
        rows.add(row(name, begun, kept, took, result.isEmpty() ? "ok" : result));
    }

    private String failed(String name, int cycle, int cycles, String why) {
        passed = false;
        say("%s %d/%d: FAIL: %s", name, cycle, cycles, why);
        say("  look at: %s (logs of the nodes: */*/log; data: */*/data)", work);
        return "FAIL: " + beginning(why, MAX_CELL);
    }

    /** The table: a row for each trial that was run. */
    public void table() {
        say("%n%s", row("TRIAL", "CYCLES", "KEPT", "TOOK", "RESULT"));
        rows.forEach(row -> say("%s", row));
    }

    private void say(String format, Object... values) {
        out.printf(Locale.ROOT, format + "%n", values);
        out.flush();
    }

    private static String row(Object... cells) {
        return String.format(Locale.ROOT, "%-22s %7s %7s %8s  %s", cells);
    }

    private static double secondsSince(long startNs) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs) / 1000.0;
    }

    /** In one line: output of scripts has many. */
    private static String sentence(Exception e) {
        String message = e.getMessage() == null ? "" : ": " + e.getMessage().strip();
        String all = (e.getClass().getSimpleName() + message).replaceAll("\\s*\\R\\s*", " | ");
        return beginning(all, MAX_SENTENCE);
    }

    private static String beginning(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length) + "...";
    }

    private Path keepTrace(String name, Exception e) {
        Path file = work.resolve(TRACES);
        try (PrintWriter trace = new PrintWriter(Files.newBufferedWriter(
                file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND))) {
            trace.println(name);
            e.printStackTrace(trace);
            return file;
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }
}
