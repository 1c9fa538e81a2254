// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import java.util.ArrayList;
import java.util.List;

/**
 * One thing that is wrong, or the word that nothing is.
 *
 * @param subject whom it is about: {@code node 3}, {@code orders-7}, {@code quorum}
 * @param what one line
 * @param sinceMs wall clock; {@link #UNKNOWN} when nobody knows
 * @param node the node that is the cause; {@link #UNKNOWN} for none
 * @param why evidence, a line each
 * @param remedy what to do, in order; commands where there are some
 * @param safeToWait whether nothing gets worse by itself while nobody does anything
 * @param waitReason why
 */
record Finding(
        Severity severity,
        Cause cause,
        String subject,
        String what,
        long sinceMs,
        int node,
        List<String> why,
        List<String> remedy,
        boolean safeToWait,
        String waitReason) {
    static final int UNKNOWN = -1;

    Finding {
        why = List.copyOf(why);
        remedy = List.copyOf(remedy);
    }

    static Builder of(Cause cause, Severity severity, String subject, String what) {
        return new Builder(cause, severity, subject, what);
    }

    /** The same, as it matters to somebody else. */
    Builder as(Severity other) {
        Builder same = new Builder(cause, other, subject, what);
        same.sinceMs = sinceMs;
        same.node = node;
        same.why.addAll(why);
        same.remedy.addAll(remedy);
        return same.waiting(safeToWait, waitReason);
    }

    /** A finding that is being put together. */
    static final class Builder {
        private final Cause cause;
        private final Severity severity;
        private final String subject;
        private final String what;
        private final List<String> why = new ArrayList<>();
        private final List<String> remedy = new ArrayList<>();
        private long sinceMs = UNKNOWN;
        private int node = UNKNOWN;
        private boolean safeToWait = true;
        private String wait = "";

        private Builder(Cause cause, Severity severity, String subject, String what) {
            this.cause = cause;
            this.severity = severity;
            this.subject = subject;
            this.what = what;
        }

        Builder since(long wallClockMs) {
            sinceMs = wallClockMs;
            return this;
        }

        Builder node(int id) {
            node = id;
            return this;
        }

        /** Nothing is added for an empty line. */
        Builder why(String line) {
            if (!line.isEmpty()) {
                why.add(line);
            }
            return this;
        }

        Builder remedy(String line) {
            remedy.add(line);
            return this;
        }

        Builder waiting(boolean safe, String because) {
            safeToWait = safe;
            wait = because;
            return this;
        }

        Finding build() {
            return new Finding(severity, cause, subject, what, sinceMs, node, why, remedy, safeToWait, wait);
        }
    }
}
