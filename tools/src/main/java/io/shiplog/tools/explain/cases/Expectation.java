// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain.cases;

import java.util.List;
import java.util.Map;

/**
 * What {@code explain} has to say.
 *
 * @param cause of the first finding
 * @param node of that finding; {@link #ANY} for whichever
 * @param remedy a part of one of its lines; empty: whatever they are
 */
record Expectation(String cause, int node, String remedy) {
    static final int ANY = -1;

    /** Whether the first finding of an answer is that. */
    boolean isMetBy(Map<?, ?> answer) {
        List<?> findings = (List<?>) answer.get("findings");
        if (findings.isEmpty()) {
            return false;
        }
        Map<?, ?> first = (Map<?, ?>) findings.get(0);
        boolean sameNode = node == ANY || String.valueOf(first.get("node")).equals(Integer.toString(node));
        boolean sameRemedy = remedy.isEmpty()
                || ((List<?>) first.get("remedy"))
                        .stream().anyMatch(line -> line.toString().contains(remedy));
        return cause.equals(first.get("cause")) && sameNode && sameRemedy;
    }
}
