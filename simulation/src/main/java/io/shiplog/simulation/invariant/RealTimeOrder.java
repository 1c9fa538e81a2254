// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.simulation.invariant.Observation.Sent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What was sent after something had been acknowledged lies behind it. And a producer's records lie in the order in which it sent them. */
final class RealTimeOrder extends Invariant {
    RealTimeOrder() {
        super("S15", "offsets follow the order of time");
    }

    @Override
    void atEnd(Ending ending, Scene scene, Verdicts out) {
        Map<String, List<Sent>> byPartition = new TreeMap<>();
        for (Observation observation : scene.observations()) {
            if (observation instanceof Sent sent && sent.isPromised()) {
                String key = sent.topicId() + "-" + sent.partition();
                byPartition.computeIfAbsent(key, any -> new ArrayList<>()).add(sent);
            }
        }
        for (List<Sent> sent : byPartition.values()) {
            PartitionTruth partition =
                    scene.truth().partition(sent.get(0).topicId(), sent.get(0).partition());
            if (!partition.isExcused()) {
                inOrderOfTime(partition, sent, out);
                inOrderOfProducers(partition, sent, out);
            }
        }
    }

    private void inOrderOfTime(PartitionTruth partition, List<Sent> sent, Verdicts out) {
        List<Sent> ended = new ArrayList<>(sent);
        ended.sort(Comparator.comparingLong(Sent::endedAt));
        List<Sent> began = new ArrayList<>(sent);
        began.sort(Comparator.comparingLong(Sent::beganAt));
        Sent latest = null;
        int next = 0;
        for (Sent later : began) {
            for (; next < ended.size() && ended.get(next).endedAt() < later.beganAt(); next++) {
                latest = latest == null || ended.get(next).offset() > latest.offset() ? ended.get(next) : latest;
            }
            if (latest != null && latest.offset() >= later.offset()) {
                out.add(
                        this,
                        partition,
                        later.value() + " was sent after " + latest.value() + " had been acknowledged at "
                                + latest.offset() + ", and is at " + later.offset());
                return;
            }
        }
    }

    private void inOrderOfProducers(PartitionTruth partition, List<Sent> sent, Verdicts out) {
        List<Sent> ordered = new ArrayList<>(sent);
        ordered.sort(Comparator.comparingInt(Sent::producer).thenComparingLong(Sent::order));
        for (int i = 1; i < ordered.size(); i++) {
            Sent before = ordered.get(i - 1);
            Sent after = ordered.get(i);
            boolean promisedOrder = before.producer() == after.producer() && before.idempotent() && after.idempotent();
            if (promisedOrder && before.offset() >= after.offset()) {
                out.add(
                        this,
                        partition,
                        "producer " + after.producer() + " sent " + before.value() + " before " + after.value()
                                + "; they are at " + before.offset() + " and " + after.offset());
                return;
            }
        }
    }
}
