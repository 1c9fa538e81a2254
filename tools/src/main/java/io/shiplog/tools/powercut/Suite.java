// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.powercut;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Scenarios, one after the other; a line per cycle, a table at the end. A scenario ends with its first fault, so that it can be looked at. */
final class Suite {
    private static final int CYCLES = 3;
    private static final int STORAGE_CYCLES = 51;

    private final List<Named> scenarios = new ArrayList<>();
    private final List<String> rows = new ArrayList<>();
    private final PrintStream out;
    private final long seed;
    private boolean passed = true;

    /** Makes a scenario when it is its turn. */
    interface Maker {
        Scenario make() throws IOException, InterruptedException;
    }

    private record Named(String name, int cycles, Maker maker) {}

    private Suite(PrintStream out, long seed) {
        this.out = out;
        this.seed = seed;
    }

    /** The scenarios of {@code quorum}, {@code storage} or {@code all}. */
    static Suite of(String which, Scripts scripts, Path work, long seed, PrintStream out) {
        Suite suite = new Suite(out, seed);
        if (!which.equals("storage")) {
            for (VoteScenario.Guards guards : VoteScenario.Guards.values()) {
                suite.add(guards.title(), () -> new VoteScenario(scripts, work, guards, seed));
            }
            suite.add("majority", () -> new MajorityScenario(scripts, work, seed));
            suite.add("snapshot", () -> new SnapshotScenario(scripts, work, seed));
            suite.add("gap", () -> new GapScenario(scripts, work, seed));
            suite.add("full disk", () -> new FullDiskScenario(scripts, work, true, seed));
            suite.add("full disk, unwatched", () -> new FullDiskScenario(scripts, work, false, seed));
        }
        if (!which.equals("quorum")) {
            suite.add("storage", STORAGE_CYCLES, () -> new StorageCutsScenario(scripts, work, seed));
            suite.add("storage, control", () -> new ReplicatedControl(scripts, work, seed));
            suite.add("storage, disk gone", () -> new StorageScenario(scripts, work, seed));
        }
        return suite;
    }

    private void add(String name, Maker maker) {
        add(name, CYCLES, maker);
    }

    private void add(String name, int cycles, Maker maker) {
        scenarios.add(new Named(name, cycles, maker));
    }

    /** Keeps just one; returns whether there is one of that name. */
    boolean only(String name) {
        scenarios.removeIf(scenario -> !scenario.name().equals(name));
        return !scenarios.isEmpty();
    }

    /** Runs each scenario so many times (null: as often as it asks for); returns whether every promise was kept. */
    boolean run(Integer cycles) throws InterruptedException {
        for (Named scenario : scenarios) {
            run(scenario.name(), scenario.maker(), cycles == null ? scenario.cycles() : cycles);
        }
        out.println();
        out.println("seed " + seed);
        row("SCENARIO", "CYCLES", "KEPT", "RESULT");
        rows.forEach(out::println);
        out.flush();
        return passed;
    }

    private void run(String name, Maker maker, int cycles) throws InterruptedException {
        int kept = 0;
        int begun = 0;
        String result;
        try (Scenario scenario = maker.make()) {
            scenario.open();
            while (begun < cycles) {
                begun++;
                long startNs = System.nanoTime();
                String what = scenario.cycle(begun);
                kept++;
                say(name, begun, cycles, startNs, what);
            }
            result = scenario.end();
        } catch (InterruptedException e) {
            throw e;
        } catch (Fault e) {
            result = "FAIL: " + e.getMessage();
        } catch (Exception e) {
            result = "FAIL: " + e;
            e.printStackTrace(out);
        }
        if (result.startsWith("FAIL")) {
            passed = false;
            out.println(name + " " + begun + "/" + cycles + ": " + result);
            out.flush();
        }
        rows.add(format(name, begun, kept, result.isEmpty() ? "ok" : result));
    }

    private void say(String name, int number, int cycles, long startNs, String what) {
        double seconds = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs) / 1000.0;
        out.printf(Locale.ROOT, "%s %d/%d (%.1f s): %s%n", name, number, cycles, seconds, what);
        out.flush();
    }

    private void row(Object... cells) {
        out.println(format(cells));
    }

    private static String format(Object... cells) {
        return String.format(Locale.ROOT, "%-20s %7s %7s  %s", cells);
    }
}
