// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One broker appends in an epoch; epochs never fall, neither in the metadata nor along a log. */
final class OneLeaderPerEpoch extends Invariant {
    private record Reign(PartitionTruth partition, int epoch) {}

    private final Map<Reign, Integer> appenders = new HashMap<>();

    OneLeaderPerEpoch() {
        super("S8", "one leader in an epoch");
    }

    @Override
    void on(Fact fact, Scene scene, Verdicts out) {
        if (fact instanceof Fact.Appended appended) {
            Entry last = appended.replica().at(appended.replica().logEnd - 1);
            if (!scene.mayRot(appended.replica())) {
                epochsRise(appended.partition(), appended.replica(), last, appended.entries(), out);
            }
            if (appended.sight().isLeader()) {
                appendedAsLeader(appended, out);
            }
        } else if (fact instanceof Fact.Opened opened && !scene.mayRot(opened.replica())) {
            epochsRise(
                    opened.partition(), opened.replica(), null, opened.replica().entries(), out);
        } else if (fact instanceof Fact.PartitionChanged changed && changed.after() != null) {
            changed(changed, out);
        }
    }

    private void epochsRise(
            PartitionTruth partition, ReplicaTruth replica, Entry before, List<Entry> entries, Verdicts out) {
        Entry last = before;
        for (Entry entry : entries) {
            if (last != null && entry.leaderEpoch() < last.leaderEpoch()) {
                out.add(this, partition, "broker " + replica.brokerId() + " has " + entry + " after " + last);
            }
            last = entry;
        }
    }

    private void appendedAsLeader(Fact.Appended appended, Verdicts out) {
        int broker = appended.replica().brokerId();
        for (Entry entry : appended.entries()) {
            Reign reign = new Reign(appended.partition(), entry.leaderEpoch());
            int first = appenders.merge(reign, broker, (before, now) -> before);
            if (first != broker && entry.leaderEpoch() == appended.sight().leaderEpoch()) {
                out.add(
                        this,
                        appended.partition(),
                        "broker " + broker + " appends in epoch " + entry.leaderEpoch() + ", as broker " + first
                                + " did");
            }
        }
    }

    private void changed(Fact.PartitionChanged changed, Verdicts out) {
        int epoch = changed.after().leaderEpoch();
        if (changed.before() != null && epoch < changed.before().leaderEpoch()) {
            out.add(this, changed.partition(), changed.before() + " -> " + changed.after());
        }
        if (changed.after().hasLeader()) {
            int first = changed.partition().leaderOf(epoch);
            if (first != changed.after().leader()) {
                out.add(
                        this,
                        changed.partition(),
                        "epoch " + epoch + " belongs to broker " + first + " and to "
                                + changed.after().leader());
            }
        }
    }
}
