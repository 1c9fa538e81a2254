// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz;

import io.shiplog.fuzz.bytes.Dice;
import io.shiplog.fuzz.bytes.Mutation;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Gives a target first what the corpus holds, then inputs by chance, and keeps one input of each kind of finding. */
public final class Fuzzer {
    private static final int MUTATED_ONE_IN = 8;
    private static final int MAX_KINDS = 50;
    private static final long TOLD_EVERY_NS = TimeUnit.SECONDS.toNanos(30);
    /** No input takes its loop from everybody else for longer. */
    private static final long MAX_CPU_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final long MAX_SHRINK_NS = TimeUnit.SECONDS.toNanos(5);
    /** Between the seeds of two inputs, so that their numbers have nothing in common. */
    private static final long STRIDE = 0x9E3779B97F4A7C15L;

    private final Target target;
    private final List<Corpus.Seed> corpus;
    private final Path findings;
    private final PrintStream out;
    private final Map<String, Path> found = new HashMap<>();

    /** @param findings folder for inputs that find something; made when it is needed */
    public Fuzzer(Target target, List<Corpus.Seed> corpus, Path findings, PrintStream out) {
        this.target = target;
        this.corpus = corpus;
        this.findings = findings;
        this.out = out;
    }

    /** Kinds of findings so far, each with the file of an input. */
    public Map<String, Path> found() {
        return Map.copyOf(found);
    }

    /**
     * So many inputs by chance, after those of the corpus. The same seed gives the same inputs.
     *
     * @return what a person is told at the end
     */
    public String run(long executions, long seed) throws IOException {
        for (Corpus.Seed kept : corpus) {
            execute(kept.bytes());
        }
        long startNs = System.nanoTime();
        long toldNs = startNs;
        long bytes = 0;
        for (long i = 0; i < executions && found.size() < MAX_KINDS; i++) {
            byte[] input = input(new Dice(seed * STRIDE + i));
            bytes += input.length;
            execute(input);
            if (System.nanoTime() - toldNs > TOLD_EVERY_NS) {
                toldNs = System.nanoTime();
                out.println(line(i + 1, bytes, toldNs - startNs));
            }
        }
        return line(executions, bytes, System.nanoTime() - startNs);
    }

    private String line(long executions, long bytes, long ns) {
        return String.format(
                "%-10s %,12d executions, %,9.0f a second, %,6d bytes each, %d in the corpus, %d found",
                target.name(),
                executions,
                executions * 1e9 / Math.max(1, ns),
                bytes / Math.max(1, executions),
                corpus.size(),
                found.size());
    }

    private byte[] input(Dice dice) {
        if (!corpus.isEmpty() && dice.oneIn(MUTATED_ONE_IN)) {
            return Mutation.of(dice.oneOf(corpus).bytes(), dice);
        }
        return target.generate(dice);
    }

    private void execute(byte[] input) throws IOException {
        try {
            executeInTime(target, input);
        } catch (Finding finding) {
            if (!found.containsKey(finding.kind())) {
                report(finding, smaller(input, finding.kind()));
            }
        }
    }

    /** Processor time, so that it does not count what else the machine does; twice, so that it is the input's doing. */
    static void executeInTime(Target target, byte[] input) throws Finding {
        long startNs = THREADS.getCurrentThreadCpuTime();
        target.execute(input);
        if (THREADS.getCurrentThreadCpuTime() - startNs <= MAX_CPU_NS) {
            return;
        }
        startNs = THREADS.getCurrentThreadCpuTime();
        target.execute(input);
        long ns = THREADS.getCurrentThreadCpuTime() - startNs;
        if (ns > MAX_CPU_NS) {
            String sort = target.sortOf(input);
            throw new Finding(
                    sort + " takes too long",
                    sort + ": " + input.length + " bytes take " + TimeUnit.NANOSECONDS.toMillis(ns) + " ms");
        }
    }

    /** Leaves out pieces as long as the same is found. */
    private byte[] smaller(byte[] input, String kind) {
        byte[] smallest = input;
        long endNs = System.nanoTime() + MAX_SHRINK_NS;
        for (int piece = Math.max(1, input.length / 2); piece > 0; piece /= 2) {
            for (int at = 0; at < smallest.length && System.nanoTime() < endNs; ) {
                byte[] without = without(smallest, at, Math.min(piece, smallest.length - at));
                if (finds(without, kind)) {
                    smallest = without;
                } else {
                    at += piece;
                }
            }
        }
        return smallest;
    }

    private static byte[] without(byte[] bytes, int at, int length) {
        byte[] less = Arrays.copyOf(bytes, bytes.length - length);
        System.arraycopy(bytes, at + length, less, at, bytes.length - at - length);
        return less;
    }

    private boolean finds(byte[] input, String kind) {
        try {
            executeInTime(target, input);
            return false;
        } catch (Finding finding) {
            return finding.kind().equals(kind);
        }
    }

    private void report(Finding finding, byte[] input) throws IOException {
        Files.createDirectories(findings);
        String name = target.name() + "-" + String.format("%08x", finding.kind().hashCode()) + ".bin";
        Path file = findings.resolve(name);
        Files.write(file, input);
        found.put(finding.kind(), file);
        out.println("FOUND  " + target.name() + ": " + finding.getMessage());
        out.println("       " + input.length + " bytes; again with: bin/fuzz replay " + file + " --target "
                + target.name());
    }
}
