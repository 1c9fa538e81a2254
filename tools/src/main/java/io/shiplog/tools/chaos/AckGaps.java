// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.chaos;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The longest gap in acknowledgements after each strike, and what there is to say of all of them. */
final class AckGaps {
    private final List<Long> all = new ArrayList<>();
    private final Map<String, List<Long>> byKind = new TreeMap<>();

    void add(Strike strike, long gapMs) {
        all.add(gapMs);
        String kind = strike.role() + " " + strike.kind().name().toLowerCase(Locale.ROOT);
        byKind.computeIfAbsent(kind, unused -> new ArrayList<>()).add(gapMs);
    }

    /** The lower one of the two in the middle when their number is even; 0 when there are none. */
    static long median(List<Long> gaps) {
        if (gaps.isEmpty()) {
            return 0;
        }
        List<Long> sorted = new ArrayList<>(gaps);
        Collections.sort(sorted);
        return sorted.get((sorted.size() - 1) / 2);
    }

    long medianMs() {
        return median(all);
    }

    long longestMs() {
        return all.isEmpty() ? 0 : Collections.max(all);
    }

    /** Number, median and longest of each kind of strike on each role. */
    String words() {
        StringBuilder words = new StringBuilder("longest ack gap per fault: median " + medianMs() + " ms, longest "
                + longestMs() + " ms of " + all.size());
        byKind.forEach((kind, gaps) -> words.append("; ")
                .append(kind)
                .append(' ')
                .append(gaps.size())
                .append(" times, median ")
                .append(median(gaps))
                .append(", longest ")
                .append(Collections.max(gaps)));
        return words.toString();
    }
}
