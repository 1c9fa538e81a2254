// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

import java.util.List;

/**
 * What a node can take: a tenth of each of its directories stays free, and a partition has to fit into one of them. Nothing that leaves the
 * node counts before it has left. A node whose directories are not known takes anything.
 */
final class Room {
    private final long largest;
    private long left;

    Room(List<PlanDirectory> directories) {
        long sum = 0;
        long most = 0;
        boolean known = !directories.isEmpty();
        for (PlanDirectory directory : directories) {
            known &= directory.isSized();
            long free = free(directory);
            sum += free;
            most = Math.max(most, free);
        }
        left = known ? sum : Long.MAX_VALUE / 2;
        largest = known ? most : Long.MAX_VALUE / 2;
    }

    /** What may be written to a directory. */
    static long free(PlanDirectory directory) {
        return Math.max(0, directory.usableBytes() - directory.totalBytes() / 10);
    }

    boolean fits(long bytes) {
        return bytes <= left && bytes <= largest;
    }

    void take(long bytes) {
        left -= bytes;
    }
}
