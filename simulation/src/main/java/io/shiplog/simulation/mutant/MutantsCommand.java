// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.mutant;

import io.shiplog.simulation.mutant.MutantTrial.Found;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** {@code bin/sim mutants}: puts each bug into the code and shows who notices it, and after how many seeds. */
public final class MutantsCommand {
    private static final int STARTS = 3;
    private static final String ROW = "%-46s  %-9s %-14s %8s  %8s  %s%n";

    private final Path root;
    private final PrintStream out;
    private String only = "";
    private String profile = "default";
    private int maxSeeds = 100_000;
    private int threads = Runtime.getRuntime().availableProcessors();

    public MutantsCommand(Path root, PrintStream out) {
        this.root = root;
        this.out = out;
    }

    /**
     * Runs with what stands behind {@code mutants} on the command line.
     *
     * @return 0 when all were caught and the control is clean, else 1
     * @throws IllegalArgumentException when an option is wrong, or a mutant does not fit the sources
     */
    public int run(List<String> arguments) {
        for (int i = 0; i < arguments.size(); i += 2) {
            if (i + 1 == arguments.size()) {
                throw new IllegalArgumentException(arguments.get(i) + " needs a value");
            }
            set(arguments.get(i), arguments.get(i + 1));
        }
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try (MutantCompiler compiler = new MutantCompiler(root)) {
            return runAll(compiler, pool);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        } finally {
            pool.shutdown();
        }
    }

    private void set(String option, String value) {
        switch (option) {
            case "--only" -> only = value;
            case "--profile" -> profile = value;
            case "--seeds" -> maxSeeds = Integer.parseInt(value);
            case "--threads" -> threads = Math.max(1, Integer.parseInt(value));
            default -> throw new IllegalArgumentException("unknown option " + option);
        }
    }

    private int runAll(MutantCompiler compiler, ExecutorService pool) throws IOException, InterruptedException {
        out.printf(ROW, "mutant", "caught by", "expected", "seeds", "seconds", "first start");
        List<Mutant> mutants = MutantFile.readAll(SourceTree.mutants(root));
        int survivors = 0;
        int tried = 0;
        Set<String> files = new TreeSet<>();
        for (Mutant mutant : mutants) {
            mutant.changes().forEach(change -> files.add(change.file()));
            if (!only.isEmpty() && !only.equals(mutant.number())) {
                continue;
            }
            tried++;
            survivors += !mutant.isExpressible() || isCaught(mutant, compiler.compile(mutant), pool) ? 0 : 1;
        }
        if (tried == 0) {
            throw new IllegalArgumentException("there is no mutant " + only);
        }
        boolean clean = !only.isEmpty() || isClean(compiler.compileUnchanged(files), pool);
        out.printf("%d mutants, %d survived%n", tried, survivors);
        return survivors == 0 && clean ? 0 : 1;
    }

    private boolean isCaught(Mutant mutant, Map<String, byte[]> classes, ExecutorService pool)
            throws InterruptedException {
        long startNs = System.nanoTime();
        List<Found> found = new MutantTrial(classes, profile, maxSeeds).run(STARTS, pool);
        Set<String> by = new TreeSet<>();
        found.stream().filter(Found::isCaught).forEach(each -> by.add(each.invariant()));
        boolean caught = found.stream().allMatch(Found::isCaught);
        out.printf(
                ROW,
                mutant,
                caught ? String.join(" ", by) : "SURVIVED",
                String.join(" ", mutant.trips()),
                MutantTrial.medianSeeds(found),
                (System.nanoTime() - startNs) / 1_000_000_000,
                shortened(found.get(0)));
        out.flush();
        return caught;
    }

    private static String shortened(Found found) {
        String text = found.isCaught() ? "seed " + found.seed() + ": " + found.what() : "";
        String line = text.lines().findFirst().orElse("");
        return line.length() > 160 ? line.substring(0, 160) : line;
    }

    /** The same way, without a change: then nothing may be found. */
    private boolean isClean(Map<String, byte[]> classes, ExecutorService pool) throws InterruptedException {
        int seeds = Math.min(maxSeeds, 200);
        List<Found> found = new MutantTrial(classes, profile, seeds).run(STARTS, pool);
        boolean clean = found.stream().noneMatch(Found::isCaught);
        String what = clean
                ? "clean"
                : shortened(found.stream().filter(Found::isCaught).findFirst().orElseThrow());
        out.printf("control, the same sources unchanged, %d seeds: %s%n", STARTS * seeds, what);
        return clean;
    }
}
