// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import java.util.List;

/** Offsets of a log follow each other without a gap and without an overlap. */
final class OffsetShape extends Invariant {
    OffsetShape() {
        super("S17", "offsets follow each other");
    }

    @Override
    void on(Fact fact, Scene scene, Verdicts out) {
        if (fact instanceof Fact.Appended appended) {
            ReplicaTruth replica = appended.replica();
            long from = Math.max(replica.logEnd, replica.logStart);
            follow(appended.partition(), replica, from, appended.sight().logEnd(), appended.entries(), scene, out);
        } else if (fact instanceof Fact.Opened opened) {
            ReplicaTruth replica = opened.replica();
            follow(opened.partition(), replica, replica.logStart, replica.logEnd, replica.entries(), scene, out);
        }
    }

    private void follow(
            PartitionTruth partition,
            ReplicaTruth replica,
            long from,
            long to,
            List<Entry> entries,
            Scene scene,
            Verdicts out) {
        if (scene.mayRot(replica)) {
            return;
        }
        long expected = from;
        for (Entry entry : entries) {
            if (entry.offset() != expected || entry.value() == Entry.UNREADABLE) {
                out.add(
                        this,
                        partition,
                        "broker " + replica.brokerId() + " has " + entry + " at the place of " + expected);
                return;
            }
            expected++;
        }
        if (expected != to) {
            out.add(
                    this,
                    partition,
                    "broker " + replica.brokerId() + " has nothing at " + expected + " and ends at " + to);
        }
    }
}
