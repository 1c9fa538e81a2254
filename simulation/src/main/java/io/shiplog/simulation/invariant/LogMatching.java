// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Same offset and same epoch: same record, and the same record before it. So two logs that agree in one place agree in everything before,
 * and it is enough to look at each record once.
 */
final class LogMatching extends Invariant {
    private record Place(PartitionTruth partition, long offset, int epoch) {}

    /** What was found in a place first, and the epoch of the record before it; −1: it was not looked at. */
    private record Found(long value, int epochBefore, int brokerId) {}

    private final Map<Place, Found> places = new HashMap<>();

    LogMatching() {
        super("S3", "logs that meet in a record have the same history");
    }

    @Override
    void on(Fact fact, Scene scene, Verdicts out) {
        if (fact instanceof Fact.Appended appended) {
            ReplicaTruth replica = appended.replica();
            Entry last = replica.at(replica.logEnd - 1);
            int epochBefore = last == null || scene.mayRot(replica) ? -1 : last.leaderEpoch();
            compare(appended.partition(), replica, epochBefore, appended.entries(), out);
        } else if (fact instanceof Fact.Opened opened && !scene.mayRot(opened.replica())) {
            compare(opened.partition(), opened.replica(), -1, opened.replica().entries(), out);
        }
    }

    private void compare(
            PartitionTruth partition, ReplicaTruth replica, int epochBefore, List<Entry> entries, Verdicts out) {
        int before = epochBefore;
        for (Entry entry : entries) {
            if (entry.value() == Entry.UNREADABLE) {
                before = -1;
                continue;
            }
            Place place = new Place(partition, entry.offset(), entry.leaderEpoch());
            Found now = new Found(entry.value(), before, replica.brokerId());
            Found first = places.putIfAbsent(place, now);
            before = entry.leaderEpoch();
            if (first == null) {
                continue;
            }
            if (first.value != now.value) {
                out.add(
                        this,
                        partition,
                        "broker " + now.brokerId + " has " + entry + ", broker " + first.brokerId + " had "
                                + first.value + " there");
            } else if (first.epochBefore < 0) {
                places.put(place, now);
            } else if (now.epochBefore >= 0 && first.epochBefore != now.epochBefore) {
                out.add(
                        this,
                        partition,
                        "before " + entry + " broker " + now.brokerId + " has a record of epoch " + now.epochBefore
                                + ", broker " + first.brokerId + " had one of " + first.epochBefore);
            }
        }
    }
}
