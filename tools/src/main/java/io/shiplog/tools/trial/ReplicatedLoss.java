// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import java.util.BitSet;

/**
 * What a topic with {@code flush.policy=replicated} lost. It may lose acknowledged records that were on no disk yet, but only from the end of
 * a partition: what is left is a beginning of what was acknowledged, each at its offset.
 *
 * @param lost acknowledged records that are missing
 * @param acknowledged all of them
 * @param fault what is wrong with what is left; null when nothing
 */
record ReplicatedLoss(int lost, int acknowledged, String fault) {
    static ReplicatedLoss of(Ledger ledger, ReadLog read, int partitions) {
        if (read.oddity() != null) {
            return new ReplicatedLoss(0, ledger.acknowledgedLines(), read.oddity());
        }
        BitSet seen = new BitSet();
        String fault = null;
        for (int p = 0; p < partitions; p++) {
            for (int offset = 0; offset < read.size(p); offset++) {
                int sequence = (int) read.sequenceAt(p, offset);
                seen.set(sequence);
                if (ledger.isAcknowledged(sequence) && !ledger.isAcknowledgedAt(sequence, p, offset)) {
                    fault = "record " + sequence + " stands in partition " + p + " at " + offset
                            + ", where it was not acknowledged";
                }
            }
        }
        int lost = 0;
        for (int sequence = 0; sequence < ledger.sentLines(); sequence++) {
            if (ledger.isAcknowledged(sequence) && !seen.get(sequence)) {
                lost++;
                fault = fault != null ? fault : beforeTheEnd(ledger, read, sequence, partitions);
            }
        }
        return new ReplicatedLoss(lost, ledger.acknowledgedLines(), fault);
    }

    /** A lost record whose offset another record holds was not cut off the end. */
    private static String beforeTheEnd(Ledger ledger, ReadLog read, int sequence, int partitions) {
        for (int p = 0; p < partitions; p++) {
            for (int offset = 0; offset < read.size(p); offset++) {
                if (ledger.isToldAt(sequence, p, offset)) {
                    return "record " + sequence + " is missing from partition " + p + " at " + offset
                            + ", which goes on to " + read.size(p);
                }
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return lost + " of " + acknowledged + " acknowledged lost";
    }
}
