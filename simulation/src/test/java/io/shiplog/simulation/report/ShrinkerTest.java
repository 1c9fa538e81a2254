// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShrinkerTest {
    private static final List<Integer> HUNDRED = IntStream.range(0, 100).boxed().toList();

    @Test
    void whatIsNeededStaysInItsOrder() {
        Shrinker<Integer> shrinker = new Shrinker<>(list -> list.containsAll(List.of(7, 42, 93)), 10_000);
        assertThat(shrinker.shrink(HUNDRED)).containsExactly(7, 42, 93);
    }

    @Test
    void nothingIsNeeded() {
        assertThat(new Shrinker<Integer>(list -> true, 10_000).shrink(HUNDRED)).isEmpty();
    }

    @Test
    void everythingIsNeeded() {
        assertThat(new Shrinker<Integer>(list -> list.size() == 100, 10_000).shrink(HUNDRED))
                .isEqualTo(HUNDRED);
    }

    @Test
    void endsWhenTheTriesAreUsedUp() {
        List<List<Integer>> tried = new ArrayList<>();
        Shrinker<Integer> shrinker = new Shrinker<>(
                list -> {
                    tried.add(list);
                    return list.contains(3);
                },
                4);
        assertThat(shrinker.shrink(HUNDRED)).contains(3);
        assertThat(tried).hasSizeLessThanOrEqualTo(5);
    }
}
