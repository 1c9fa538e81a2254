// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Compares what was acknowledged with what was read back, and with what a reader saw while the leader died. Every fault is a
 * sentence; no sentence means that each acknowledged line stands exactly once, at its acknowledged offset, in order.
 */
public final class Verification {
    /** Says which line has a number. */
    public interface LineNames {
        String placeOf(long sequence) throws IOException, InterruptedException;
    }

    private static final int LISTED = 10;

    private final Ledger ledger;
    private final LineNames lines;
    private final List<String> faults = new ArrayList<>();

    public Verification(Ledger ledger, LineNames lines) {
        this.ledger = ledger;
        this.lines = lines;
    }

    public List<String> faults() {
        return List.copyOf(faults);
    }

    public void fault(String sentence) {
        faults.add(sentence);
    }

    public void allAcknowledged() {
        if (ledger.firstFailure() != null) {
            faults.add("not acknowledged: " + ledger.firstFailure());
        }
        int missing = ledger.sentLines() - ledger.acknowledgedLines();
        if (missing > 0) {
            faults.add(missing + " lines were sent and never acknowledged");
        }
    }

    /** Each acknowledged line exactly once at its offset; what stands there without an acknowledgement is a fault too. */
    public void readBack(ReadLog read, int partitions) throws Exception {
        if (read.oddity() != null) {
            faults.add("read back: " + read.oddity());
        }
        BitSet seen = new BitSet();
        for (int p = 0; p < partitions; p++) {
            for (int offset = 0; offset < read.size(p); offset++) {
                int sequence = (int) read.sequenceAt(p, offset);
                if (seen.get(sequence)) {
                    fault(sequence, "stands twice, again in partition " + p + " at offset " + offset);
                } else if (!ledger.isAcknowledgedAt(sequence, p, offset)) {
                    fault(
                            sequence,
                            "stands in partition " + p + " at offset " + offset + ", but was not acknowledged there");
                }
                seen.set(sequence);
            }
        }
        for (int sequence = 0; sequence < ledger.sentLines(); sequence++) {
            if (ledger.isAcknowledged(sequence) && !seen.get(sequence)) {
                fault(sequence, "was acknowledged and is missing");
            }
        }
    }

    /** Whatever the live reader saw stands at the same offset afterwards. */
    public void readAlong(ReadLog live, ReadLog read, int partitions) {
        if (live.oddity() != null) {
            faults.add("read along: " + live.oddity());
        }
        for (int p = 0; p < partitions; p++) {
            for (int offset = 0; offset < live.size(p); offset++) {
                if (offset >= read.size(p) || live.sequenceAt(p, offset) != read.sequenceAt(p, offset)) {
                    faults.add(
                            "read along: partition " + p + ", offset " + offset + " was another line than it is now");
                    break;
                }
            }
        }
        if (live.records() < ledger.acknowledgedLines()) {
            faults.add("read along: " + live.records() + " of " + ledger.acknowledgedLines() + " lines");
        }
    }

    private void fault(int sequence, String what) throws Exception {
        if (faults.size() < LISTED) {
            faults.add(lines.placeOf(sequence) + " " + what);
        } else if (faults.size() == LISTED) {
            faults.add("and more of the kind");
        }
    }
}
