// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import java.util.Locale;
import org.apache.kafka.common.protocol.Errors;

/**
 * Why a replica is behind its leader, as the leader sees it.
 *
 * @param sinceMs since when, in the leader's monotonic milliseconds
 * @param error the last refusal, for {@link Cause#REFUSED} and {@link Cause#EPOCH_MISMATCH}; NONE otherwise
 * @param records offsets between the replica's counting position and the leader's log end; −1 when its position is not known
 * @param bytesPerSecond what it was sent lately
 */
public record ReplicaLag(Cause cause, long sinceMs, Errors error, long records, long bytesPerSecond) {
    private static final double MIB = 1024 * 1024;

    /** What keeps it, the most telling one. */
    public enum Cause {
        /** It has everything, or is no further behind than a fetch takes. */
        NONE,
        /** It has not fetched in this leader epoch, under its present registration. */
        NEVER_FETCHED,
        /** It fetched, and does not any more: it is dead, paused, cut off, or busy. */
        NO_FETCH,
        /** It was told of whole segments that it lacks, and fetches nothing while they are shipped to it. */
        SHIPPING,
        /** Its fetches name another leader epoch or broker epoch: the metadata of one of the two are late. */
        EPOCH_MISMATCH,
        /** Its fetches are refused for another reason. */
        REFUSED,
        /** Its log differs from the leader's; it has to truncate. */
        DIVERGED,
        /** The leader's replication throttle holds it back. */
        THROTTLED,
        /** It has the records, but they are not on its disk. */
        SLOW_FLUSH,
        /** It fetches and is sent what it lacks. */
        CATCHING_UP
    }

    static ReplicaLag none(long sinceMs) {
        return new ReplicaLag(Cause.NONE, sinceMs, Errors.NONE, 0, 0);
    }

    /** The same in words, to follow the replica's id. */
    public String sentence(long nowMs) {
        String lasting = String.format(Locale.ROOT, "%.1f s", Math.max(0, nowMs - sinceMs) / 1e3);
        return switch (cause) {
            case NONE -> "keeps up";
            case NEVER_FETCHED -> "no fetch in this leader epoch, for " + lasting;
            case NO_FETCH -> "no fetch for " + lasting + behind();
            case SHIPPING -> "segments are shipped to it, no fetch for " + lasting + behind();
            case EPOCH_MISMATCH -> "its epoch does not fit, for " + lasting + ": " + error;
            case REFUSED -> "its fetches are refused, for " + lasting + ": " + error;
            case DIVERGED -> "its log diverged, for " + lasting + "; it has to truncate";
            case THROTTLED -> "throttled, for " + lasting + rate() + behind();
            case SLOW_FLUSH -> "its disk is slow: not flushed for " + lasting + behind();
            case CATCHING_UP -> "catching up" + rate() + behind();
        };
    }

    private String behind() {
        return records < 0 ? "" : ", " + records + " records behind";
    }

    private String rate() {
        return String.format(Locale.ROOT, " at %.1f MiB/s", bytesPerSecond / MIB);
    }
}
