// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.exhaustive;

import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code bin/sim exhaustive}. */
public final class ExhaustiveCommand {
    private static final long TELL_EVERY_NS = TimeUnit.SECONDS.toNanos(5);

    private final PrintStream out;
    private final long beganNs = System.nanoTime();
    private long toldNs = beganNs;

    public ExhaustiveCommand(PrintStream out) {
        this.out = out;
    }

    /**
     * Walks through all states and tells how it went.
     *
     * @return 0: nothing is broken, also when the search was cut; 1: a promise is broken
     * @throws IllegalArgumentException for options that there are not, or that make no sense
     */
    public int run(List<String> arguments) {
        Bounds bounds = bounds(arguments);
        out.printf(
                "three replicas, %d records, %d leader epochs, %d crashes, %d fences of the living, %d long waits, %d lost answers of the"
                        + " controller, %d fetches on the way, metadata up to %d behind, min ISR %d%n",
                bounds.records(),
                bounds.epochs(),
                bounds.crashes(),
                bounds.fences(),
                bounds.waits(),
                bounds.losses(),
                bounds.fetches(),
                bounds.lag(),
                bounds.minIsr());
        Search.Result result = new Search(bounds).run(this::tell);
        double seconds = seconds();
        if (result.broken() != null) {
            result.story().forEach(out::println);
            out.println(result.broken() + ": " + result.what());
        }
        out.printf(
                "%s: %,d states, depth %d, %,d steps, %,d states brought to rest, %.0f s%n",
                result.broken() != null
                        ? "BROKEN " + result.broken()
                        : result.complete() ? "complete" : "cut at " + result.states() + " states",
                result.states(),
                result.depth(),
                result.steps(),
                result.settled(),
                seconds);
        return result.broken() == null ? 0 : 1;
    }

    private void tell(Search.Progress progress) {
        long now = System.nanoTime();
        if (now - toldNs < TELL_EVERY_NS) {
            return;
        }
        toldNs = now;
        out.printf(
                "%,d states, %,d of them to be looked at, depth %d, %,.0f states/s, %,.0f steps/s%n",
                progress.states(),
                progress.frontier(),
                progress.depth(),
                progress.states() / seconds(),
                progress.steps() / seconds());
    }

    private double seconds() {
        return Math.max(1, System.nanoTime() - beganNs) / 1e9;
    }

    private static Bounds bounds(List<String> arguments) {
        int records = 2;
        int epochs = 3;
        int crashes = 2;
        int fences = 1;
        int waits = 1;
        int losses = 1;
        int fetches = 1;
        int lag = 1;
        int minIsr = 2;
        boolean idleFetches = false;
        long maxStates = 20_000_000;
        for (int i = 0; i < arguments.size(); i += 2) {
            String option = arguments.get(i);
            if (i + 1 == arguments.size()) {
                throw new IllegalArgumentException(option + " needs a value");
            }
            long value = number(arguments.get(i + 1));
            switch (option) {
                case "--records" -> records = Math.toIntExact(value);
                case "--epochs" -> epochs = Math.toIntExact(value);
                case "--crashes" -> crashes = Math.toIntExact(value);
                case "--fences" -> fences = Math.toIntExact(value);
                case "--waits" -> waits = Math.toIntExact(value);
                case "--losses" -> losses = Math.toIntExact(value);
                case "--fetches" -> fetches = Math.toIntExact(value);
                case "--lag" -> lag = Math.toIntExact(value);
                case "--min-isr" -> minIsr = Math.toIntExact(value);
                case "--idle-fetches" -> idleFetches = value != 0;
                case "--max-states" -> maxStates = value;
                default -> throw new IllegalArgumentException("unknown option " + option);
            }
        }
        return new Bounds(
                records, epochs, crashes, fences, waits, losses, fetches, lag, minIsr, idleFetches, maxStates);
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(text + " is no number", e);
        }
    }
}
