// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.mutant;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.function.LongFunction;

/**
 * Looks for one mutant, from a first seed on. A seed that fails counts only when the unchanged code does not fail with it, and when the promise
 * that is broken is one that the mutant is expected to break: another change of the code, which does no harm, would lead to other runs as
 * well, and find whatever else may be wrong.
 */
final class MutantTrial {
    /** First seeds of different starts lie so far apart. */
    private static final long BETWEEN_STARTS = 1_000_000;

    /** So many unexpected ones say that the expectation is wrong. */
    private static final int MAX_UNEXPECTED = 10;

    private static final int PROGRESS_EVERY = 100;

    /**
     * How one start went.
     *
     * @param seed that failed; −1 when none did
     * @param seeds that were run
     * @param known seeds that failed, and fail with the unchanged code too
     * @param unexpected promises that were broken, by seeds that do not fail with the unchanged code, and were not expected to be; how often
     * @param invariant that noticed; an empty text when none did
     */
    record Found(long seed, int seeds, int known, String unexpected, String invariant, String what) {
        boolean isCaught() {
            return seed >= 0;
        }
    }

    private final LongFunction<String> mutant;
    private final LongFunction<String> unchanged;
    private final List<String> expected;
    private final int maxSeeds;

    /**
     * @param mutant gives the broken promise of a seed and what was wrong, separated by a space, or null
     * @param unchanged the same, of the code as it is
     * @param expected promises that the mutant may break
     */
    MutantTrial(LongFunction<String> mutant, LongFunction<String> unchanged, List<String> expected, int maxSeeds) {
        this.mutant = mutant;
        this.unchanged = unchanged;
        this.expected = expected;
        this.maxSeeds = maxSeeds;
    }

    /**
     * Looks for it.
     *
     * @param start 0 and up: another one begins with other seeds
     * @param progress told now and then how many seeds were run
     */
    Found run(int start, IntConsumer progress) {
        long first = 1 + start * BETWEEN_STARTS;
        int known = 0;
        int others = 0;
        Map<String, Integer> unexpected = new TreeMap<>();
        int seeds = 0;
        while (seeds < maxSeeds && others < MAX_UNEXPECTED) {
            long seed = first + seeds++;
            if (seeds % PROGRESS_EVERY == 0) {
                progress.accept(seeds);
            }
            String failure = mutant.apply(seed);
            if (failure == null) {
                continue;
            }
            if (unchanged.apply(seed) != null) {
                known++;
                continue;
            }
            int end = failure.indexOf(' ');
            String invariant = failure.substring(0, end);
            if (expected.contains(invariant)) {
                return new Found(seed, seeds, known, words(unexpected), invariant, failure.substring(end + 1));
            }
            others++;
            unexpected.merge(invariant, 1, Integer::sum);
        }
        return new Found(-1, seeds, known, words(unexpected), "", "");
    }

    private static String words(Map<String, Integer> unexpected) {
        StringBuilder words = new StringBuilder();
        unexpected.forEach((invariant, count) -> words.append(words.length() == 0 ? "" : ",")
                .append(invariant)
                .append('x')
                .append(count));
        return words.toString();
    }

    /** The middle one of several starts; those that found nothing count as the most. */
    static int medianSeeds(List<Found> found) {
        int[] seeds = found.stream()
                .mapToInt(each -> each.isCaught() ? each.seeds() : Integer.MAX_VALUE)
                .toArray();
        Arrays.sort(seeds);
        return seeds[seeds.length / 2];
    }
}
