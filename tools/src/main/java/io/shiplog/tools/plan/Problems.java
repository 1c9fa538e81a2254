// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Gathers what is wrong, and keeps it readable. */
final class Problems {
    /** How many are named; of the rest only the number. */
    static final int SHOWN = 10;

    private static final int SHOWN_NAMES = 3;

    private final List<String> named = new ArrayList<>();
    private int count;

    void add(String problem) {
        count++;
        if (named.size() < SHOWN) {
            named.add(problem);
        }
    }

    boolean none() {
        return count == 0;
    }

    /** A line each, at most {@value #SHOWN}, and a last one that says how many more there are. */
    List<String> lines() {
        List<String> lines = new ArrayList<>(named);
        if (count > named.size()) {
            lines.add("and " + (count - named.size()) + " more");
        }
        return lines;
    }

    PlanRefusal refusal() {
        return new PlanRefusal(lines());
    }

    /** {@code a, b, c and 5 more}. */
    static String shortened(Collection<?> names) {
        StringBuilder text = new StringBuilder();
        int written = 0;
        for (Object name : names) {
            if (written == SHOWN_NAMES) {
                return text.append(" and ")
                        .append(names.size() - written)
                        .append(" more")
                        .toString();
            }
            text.append(written++ == 0 ? "" : ", ").append(name);
        }
        return text.toString();
    }
}
