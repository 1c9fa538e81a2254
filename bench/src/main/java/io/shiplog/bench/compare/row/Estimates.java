// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.row;

import io.shiplog.bench.compare.cluster.Contestant;

/** What is the same in every unit, for the guess at the end of a run. */
final class Estimates {
    private static final int LIMITS_S = 4;
    private static final int OURS_S = 5;
    private static final int KAFKAS_S = 14;

    private Estimates() {}

    /** Limits, and a cluster that starts and goes. */
    static int startS(Contestant contestant) {
        return LIMITS_S + (contestant.isKafka() ? KAFKAS_S : OURS_S);
    }
}
