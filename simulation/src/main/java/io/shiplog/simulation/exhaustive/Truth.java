// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.exhaustive;

import io.shiplog.simulation.world.BrokenPromise;
import java.util.Arrays;

/** What no node knows: which records are committed, since some leader acted on it. */
final class Truth {
    private final int[] records;
    /** The highest high watermark of each leader epoch. */
    private int[] shown;

    private int committed;

    Truth(int capacity) {
        this(new int[capacity], new int[4], 0);
    }

    private Truth(int[] records, int[] shown, int committed) {
        this.records = records;
        this.shown = shown;
        this.committed = committed;
    }

    Truth copy() {
        return new Truth(records.clone(), shown.clone(), committed);
    }

    static BrokenPromise broken(String promise, String what) {
        return new BrokenPromise(promise, null, what);
    }

    int committed() {
        return committed;
    }

    boolean isHeldBy(TinyReplica replica) {
        return replica.log().hasPrefix(records, committed);
    }

    /** A leader takes all below the offset for committed. */
    void committed(TinyReplica leader, int epoch, int offset) {
        for (int i = 0; i < offset; i++) {
            int record = leader.log().at(i);
            if (i < committed && records[i] != record) {
                throw broken(
                        "S2",
                        "at offset " + i + " something else was committed than what replica " + leader.id()
                                + " takes for it");
            }
            records[i] = record;
        }
        committed = Math.max(committed, offset);
        if (epoch >= shown.length) {
            shown = Arrays.copyOf(shown, epoch + 1);
        }
        shown[epoch] = Math.max(shown[epoch], offset);
    }

    void acknowledged(int value) {
        for (int i = 0; i < committed; i++) {
            if (TinyLog.valueOf(records[i]) == value) {
                return;
            }
        }
        throw broken("S1", "a record was acknowledged that is not committed");
    }

    void cutting(TinyReplica replica, int offset) {
        if (offset < committed && replica.log().end() > offset && replica.log().hasPrefix(records, offset + 1)) {
            throw broken(
                    "S11",
                    "replica " + replica.id() + " cuts its log to " + offset + ", and below " + committed
                            + " it is committed");
        }
    }

    /** The highest high watermark that leaders of earlier epochs showed. */
    int shownBefore(int epoch) {
        int highest = 0;
        for (int i = 0; i < Math.min(epoch, shown.length); i++) {
            highest = Math.max(highest, shown[i]);
        }
        return highest;
    }

    boolean isCommittedBy(TinyReplica replica, int offset) {
        return offset <= committed && replica.log().hasPrefix(records, offset);
    }

    void digest(Digest digest) {
        digest.mix(committed);
        for (int i = 0; i < committed; i++) {
            digest.mix(records[i]);
        }
        for (int i = 0; i < shown.length; i++) {
            if (shown[i] > 0) {
                digest.mix(i);
                digest.mix(shown[i]);
            }
        }
    }
}
