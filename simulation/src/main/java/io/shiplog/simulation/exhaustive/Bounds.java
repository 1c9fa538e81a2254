// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.exhaustive;

/**
 * How much may happen in one run.
 *
 * @param records that clients append, each a batch; 1 to 7
 * @param epochs leader epochs in which somebody leads, the first one included; 1 or more
 * @param crashes of replicas, each with loss of any part of what was not flushed
 * @param fences of replicas that live
 * @param waits times that more time passes for a leader than any limit of the cores
 * @param losses of what the controller answers
 * @param fetches of one follower that are on their way at a time, 1 to 3; another one is the loss of the oldest
 * @param lag versions of the metadata by which the slowest living replica may be behind; 1 or more
 * @param minIsr min.insync.replicas of the topic
 * @param idleFetches whether followers also send what would change nothing if it arrived at once
 * @param maxStates after which the search is cut
 */
record Bounds(
        int records,
        int epochs,
        int crashes,
        int fences,
        int waits,
        int losses,
        int fetches,
        int lag,
        int minIsr,
        boolean idleFetches,
        long maxStates) {
    static final int REPLICAS = 3;
    /** So many the numbers of steps have room for. */
    private static final int MAX_RECORDS = 7;

    private static final int MAX_FETCHES = 3;

    Bounds {
        if (records < 1
                || records > MAX_RECORDS
                || epochs < 1
                || crashes < 0
                || fences < 0
                || waits < 0
                || losses < 0
                || fetches < 1
                || fetches > MAX_FETCHES
                || lag < 1) {
            throw new IllegalArgumentException("1 to " + MAX_RECORDS + " records, 1 to " + MAX_FETCHES
                    + " fetches, at least one epoch and version, and of everything else at least none");
        }
        if (minIsr < 1 || minIsr > REPLICAS || maxStates < 1) {
            throw new IllegalArgumentException("min ISR is 1 to " + REPLICAS + ", and at least one state is looked at");
        }
    }
}
