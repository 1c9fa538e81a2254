// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.chaos;

import java.util.List;
import java.util.Random;

/**
 * What befalls one node.
 *
 * @param node as bin/cluster names it
 * @param awayMs how long it is paused, or stays dead before it is started again
 */
record Strike(Kind kind, String node, int awayMs) {
    private static final int LEAST_PAUSE_MS = 1_000;
    private static final int LONGEST_PAUSE_MS = 8_000;
    private static final int LONGEST_DEATH_MS = 3_000;

    enum Kind {
        /** kill -9, and started again after a while. */
        KILL,
        /** SIGSTOP and SIGCONT: it knows nothing of the time between. */
        PAUSE,
        /** Stopped in order and started again. */
        RESTART
    }

    /** Any of the kinds on any of the nodes; the same numbers of the random source give the same strike. */
    static Strike next(Random random, List<String> nodes) {
        Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
        String node = nodes.get(random.nextInt(nodes.size()));
        int awayMs = switch (kind) {
            case KILL -> random.nextInt(LONGEST_DEATH_MS);
            case PAUSE -> LEAST_PAUSE_MS + random.nextInt(LONGEST_PAUSE_MS - LEAST_PAUSE_MS + 1);
            case RESTART -> 0;
        };
        return new Strike(kind, node, awayMs);
    }

    /** Storage or quorum: what the node is, for the sums at the end. */
    String role() {
        return node.substring(0, node.indexOf('-'));
    }

    @Override
    public String toString() {
        return switch (kind) {
            case KILL -> node + " killed, started again after " + awayMs + " ms";
            case PAUSE -> node + " paused for " + awayMs + " ms";
            case RESTART -> node + " restarted";
        };
    }
}
