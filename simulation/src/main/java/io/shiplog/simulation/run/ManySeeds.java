// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.run;

import io.shiplog.simulation.fault.Coverage;
import io.shiplog.simulation.fault.Profile;
import io.shiplog.simulation.world.RunWatcher;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Runs many seeds on several threads, and says how it went. */
final class ManySeeds {
    private static final long PROGRESS_NS = 5_000_000_000L;
    /** One seed in so many is run twice, and must give the same trace. */
    private static final int TWICE_EVERY = 100;

    private final Options options;
    private final Supplier<List<RunWatcher>> watchers;
    private final PrintStream out;
    private final AtomicLong next;
    private final Coverage coverage = new Coverage();
    private final OutageTable outages = new OutageTable();
    private final long startNs = System.nanoTime();
    private int done;
    private int counted;
    private int failed;
    private int twice;
    private long acknowledged;
    private long steps;
    private long toldNs = startNs;

    ManySeeds(Options options, Supplier<List<RunWatcher>> watchers, PrintStream out) {
        this.options = options;
        this.watchers = watchers;
        this.out = out;
        this.next = new AtomicLong(options.from());
    }

    /** Returns 0 when every promise was kept, 1 when one was not. */
    int run() {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < options.threads(); i++) {
            Thread thread = new Thread(null, this::work, "sim-" + i, 16 << 20);
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            join(thread);
        }
        tell("done");
        coverage.table().forEach(out::println);
        outages.lines().forEach(out::println);
        if (done < options.seeds()) {
            out.println("SIM-FAIL " + (options.seeds() - done) + " seeds were not run: a thread ended");
        }
        return failed == 0 && done == options.seeds() ? 0 : 1;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        Runs runs = new Runs(watchers);
        long end = options.from() + options.seeds();
        for (long seed = next.getAndIncrement(); seed < end; seed = next.getAndIncrement()) {
            Profile profile = options.profile();
            RunResult result = runs.run(profile, seed);
            RunResult again = seed % TWICE_EVERY == 0 ? runs.run(profile, seed) : null;
            note(profile, seed, result, again);
        }
    }

    private synchronized void note(Profile profile, long seed, RunResult result, RunResult again) {
        done++;
        acknowledged += result.acknowledged();
        steps += result.steps();
        counted += result.counts() ? 1 : 0;
        coverage.add(result.coverage());
        result.outages().forEach(outages::add);
        if (result.failure() != null) {
            failed++;
            out.println(FailureLine.of(options, seed, profile, result.failure()));
        }
        if (again != null) {
            twice++;
            if (again.traceHash() != result.traceHash()) {
                failed++;
                out.println("SIM-FAIL seed=" + seed + " profile=" + profile.label()
                        + " inv=DETERMINISM | run twice, and not the same: "
                        + Long.toHexString(result.traceHash()) + " after " + result.steps() + " steps, "
                        + Long.toHexString(again.traceHash()) + " after " + again.steps());
            }
        }
        if (System.nanoTime() - toldNs > PROGRESS_NS) {
            toldNs = System.nanoTime();
            tell("so far");
        }
    }

    private void tell(String when) {
        double seconds = (System.nanoTime() - startNs) / 1e9;
        out.printf(
                "%s: %d seeds in %.1f s (%.1f a second on %d threads), %d count, %d failed, %d run twice, %d operations acknowledged, %d events%n",
                when, done, seconds, done / seconds, options.threads(), counted, failed, twice, acknowledged, steps);
        out.flush();
    }
}
