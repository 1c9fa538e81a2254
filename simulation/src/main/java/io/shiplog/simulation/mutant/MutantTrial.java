// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.mutant;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.LongFunction;

/** Lets the simulator look for one mutant, from several first seeds on. */
final class MutantTrial {
    /** First seeds of different starts lie so far apart. */
    private static final long BETWEEN_STARTS = 1_000_000;

    /**
     * How one start went.
     *
     * @param seed that failed; −1 when none did
     * @param seeds that were run
     * @param invariant that noticed; an empty text when none did
     */
    record Found(long seed, int seeds, String invariant, String what) {
        boolean isCaught() {
            return seed >= 0;
        }
    }

    private final Map<String, byte[]> classes;
    private final String profile;
    private final int maxSeeds;

    MutantTrial(Map<String, byte[]> classes, String profile, int maxSeeds) {
        this.classes = classes;
        this.profile = profile;
        this.maxSeeds = maxSeeds;
    }

    /** All starts, side by side. */
    List<Found> run(int starts, ExecutorService threads) throws InterruptedException {
        List<Callable<Found>> tasks = new ArrayList<>();
        for (int i = 0; i < starts; i++) {
            long first = 1 + i * BETWEEN_STARTS;
            tasks.add(() -> runFrom(first));
        }
        List<Found> found = new ArrayList<>();
        for (Future<Found> each : threads.invokeAll(tasks)) {
            try {
                found.add(each.get());
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            }
        }
        return found;
    }

    private Found runFrom(long first) throws ReflectiveOperationException {
        LongFunction<String> trial = load();
        for (int i = 0; i < maxSeeds; i++) {
            String failure = trial.apply(first + i);
            if (failure != null) {
                int end = failure.indexOf(' ');
                return new Found(first + i, i + 1, failure.substring(0, end), failure.substring(end + 1));
            }
        }
        return new Found(-1, maxSeeds, "", "");
    }

    @SuppressWarnings("unchecked")
    private LongFunction<String> load() throws ReflectiveOperationException {
        MutantClassLoader loader = new MutantClassLoader(classes, MutantTrial.class.getClassLoader());
        return (LongFunction<String>) loader.loadClass(SeedTrial.class.getName())
                .getDeclaredConstructor(String.class)
                .newInstance(profile);
    }

    /** The middle one of several starts; those that found nothing count as the most. */
    static int medianSeeds(List<Found> found) {
        int[] seeds = found.stream().mapToInt(Found::seeds).toArray();
        Arrays.sort(seeds);
        return seeds[seeds.length / 2];
    }
}
