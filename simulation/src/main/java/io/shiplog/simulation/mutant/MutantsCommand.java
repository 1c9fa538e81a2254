// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.mutant;

import io.shiplog.simulation.mutant.MutantTrial.Found;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** {@code bin/sim mutants}: puts each bug into the code and shows who notices it, and after how many seeds. The outcome is a table in Markdown. */
public final class MutantsCommand {
    private static final long PROGRESS_NS = 15_000_000_000L;
    /** The unchanged code is run with so many of each start's seeds. */
    private static final int CONTROL_SEEDS = 100;

    private final Path root;
    private final PrintStream out;
    private final Class<?> main;
    private String only = "";
    private String profile = "default";
    private int maxSeeds = 100_000;
    private int threads = Runtime.getRuntime().availableProcessors();
    private boolean child;
    private int survivors;

    /** @param main what a child process is started with */
    public MutantsCommand(Path root, PrintStream out, Class<?> main) {
        this.root = root;
        this.out = out;
        this.main = main;
    }

    /**
     * Runs with what stands behind {@code mutants} on the command line.
     *
     * @return 0 when all were caught and the unchanged code is clean, else 1
     * @throws IllegalArgumentException when an option is wrong, or a mutant does not fit the sources
     */
    public int run(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i += 2) {
            if (i + 1 == arguments.size()) {
                throw new IllegalArgumentException(arguments.get(i) + " needs a value");
            }
            set(arguments.get(i), arguments.get(i + 1));
        }
        try {
            List<Mutant> mutants = chosen();
            return child ? runOne(mutants.get(0)) : runAll(mutants);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ReflectiveOperationException | ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private void set(String option, String value) {
        switch (option) {
            case "--only" -> only = value;
            case "--profile" -> profile = value;
            case "--seeds" -> maxSeeds = Integer.parseInt(value);
            case "--threads" -> threads = Math.max(1, Integer.parseInt(value));
            case MutantProcess.OPTION -> child = true;
            default -> throw new IllegalArgumentException("unknown option " + option);
        }
    }

    private List<Mutant> chosen() throws IOException {
        List<String> numbers = List.of(only.split(",", -1));
        List<Mutant> mutants = new ArrayList<>();
        for (Mutant mutant : MutantFile.readAll(SourceTree.mutants(root))) {
            if (only.isEmpty() || numbers.contains(mutant.number())) {
                mutants.add(mutant);
            }
        }
        if (mutants.isEmpty()) {
            throw new IllegalArgumentException("there is no mutant " + only);
        }
        return mutants;
    }

    // ---- in the process of one mutant

    private int runOne(Mutant mutant) throws IOException, ReflectiveOperationException {
        try (MutantCompiler compiler = new MutantCompiler(root)) {
            MutantProcess.runAll(mutant, compiler, profile, maxSeeds, out);
            return 0;
        }
    }

    // ---- in the process that was started

    private int runAll(List<Mutant> mutants) throws InterruptedException, ExecutionException {
        out.println("| mutant | origin | caught by | seeds, median | starts | first caught |");
        out.println("|---|---|---|---|---|---|");
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> trials = new ArrayList<>();
            for (Mutant mutant : mutants) {
                trials.add(pool.submit(() -> {
                    tryOne(mutant);
                    return null;
                }));
            }
            Future<Integer> control = only.isEmpty() ? pool.submit(this::failuresOfUnchanged) : null;
            for (Future<?> trial : trials) {
                trial.get();
            }
            int dirty = control == null ? 0 : control.get();
            tell(mutants.size() + " mutants, " + survivors + " survived");
            return survivors == 0 && dirty == 0 ? 0 : 1;
        } finally {
            pool.shutdown();
        }
    }

    private void tryOne(Mutant mutant) throws IOException, InterruptedException {
        if (!mutant.isExpressible()) {
            tell("| " + mutant + " | " + mutant.origin() + " | our design has no place for it | | | |");
            return;
        }
        long[] toldNs = {System.nanoTime()};
        List<Found> found = MutantProcess.run(root, mutant, main, profile, maxSeeds, words -> {
            if (System.nanoTime() - toldNs[0] > PROGRESS_NS) {
                toldNs[0] = System.nanoTime();
                System.err.println(mutant + ": " + words);
            }
        });
        tell(row(mutant, found));
    }

    private synchronized void tell(String line) {
        out.println(line);
        out.flush();
    }

    private synchronized String row(Mutant mutant, List<Found> found) {
        Set<String> by = new TreeSet<>();
        List<String> starts = new ArrayList<>();
        Found first = null;
        for (Found each : found) {
            starts.add(inWords(each));
            if (each.isCaught()) {
                by.add(each.invariant());
                first = first == null ? each : first;
            }
        }
        boolean ended = found.size() == MutantProcess.STARTS;
        boolean caught = ended && MutantTrial.medianSeeds(found) != Integer.MAX_VALUE;
        survivors += caught ? 0 : 1;
        return "| " + mutant + " | " + mutant.origin() + " | "
                + (caught ? String.join(" ", by) : ended ? "SURVIVED" : "its process ended early") + " | "
                + (caught ? Integer.toString(MutantTrial.medianSeeds(found)) : "") + " | " + String.join("; ", starts)
                + " | " + (first == null ? "" : "seed " + first.seed() + ": " + shortened(first.what())) + " |";
    }

    private static String inWords(Found found) {
        StringBuilder words = new StringBuilder(found.isCaught() ? "" : "none in ").append(found.seeds());
        if (found.known() > 0) {
            words.append(", ").append(found.known()).append(" fail unchanged too");
        }
        if (!found.unexpected().isEmpty()) {
            words.append(", not expected ").append(found.unexpected());
        }
        return words.toString();
    }

    private static String shortened(String what) {
        String line = what.replace('|', '/');
        return line.length() > 110 ? line.substring(0, 110) : line;
    }

    /** The code as it is: with seeds of the same starts nothing should be found. */
    private int failuresOfUnchanged() {
        MutantTrial trial = new MutantTrial(new SeedTrial(profile), seed -> null, List.of(), CONTROL_SEEDS);
        int failures = 0;
        StringBuilder what = new StringBuilder();
        for (int start = 0; start < MutantProcess.STARTS; start++) {
            Found found = trial.run(start, seeds -> {});
            for (String each : found.unexpected().isEmpty()
                    ? new String[0]
                    : found.unexpected().split(",", -1)) {
                failures += Integer.parseInt(each.substring(each.indexOf('x') + 1));
                what.append(' ').append(each);
            }
        }
        tell("the code as it is: " + failures + " of " + MutantProcess.STARTS * CONTROL_SEEDS + " seeds fail" + what);
        return failures;
    }
}
