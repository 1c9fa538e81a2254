// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import java.util.HashMap;
import java.util.Map;

/** Who is of an older epoch changes nothing: producers along a committed log, and leaders that the metadata gave the epoch to somebody else. */
final class Fencing extends Invariant {
    private record Producer(PartitionTruth partition, long id) {}

    private final Map<Producer, Integer> producerEpochs = new HashMap<>();

    Fencing() {
        super("S12", "who is fenced changes nothing");
    }

    @Override
    void on(Fact fact, Scene scene, Verdicts out) {
        if (fact instanceof Fact.Appended appended && appended.sight().isLeader()) {
            appended(appended, out);
        } else if (fact instanceof Fact.HighWatermarkMoved moved
                && moved.sight().isLeader()) {
            for (long offset = moved.partition().committedEnd(); offset < moved.to(); offset++) {
                committed(moved.partition(), moved.replica().at(offset), out);
            }
        }
    }

    private void appended(Fact.Appended appended, Verdicts out) {
        int broker = appended.replica().brokerId();
        int elected = appended.partition().leaderOf(appended.sight().leaderEpoch());
        if (elected != broker) {
            out.add(
                    this,
                    appended.partition(),
                    "broker " + broker + " appends in epoch " + appended.sight().leaderEpoch() + ", which is that of "
                            + elected);
        }
    }

    private void committed(PartitionTruth partition, Entry entry, Verdicts out) {
        if (entry == null || entry.producerId() < 0 || partition.isExcused()) {
            return;
        }
        Producer producer = new Producer(partition, entry.producerId());
        int before = producerEpochs.getOrDefault(producer, -1);
        if (entry.producerEpoch() < before) {
            out.add(
                    this,
                    partition,
                    entry + " of producer " + entry.producerId() + " and epoch " + entry.producerEpoch()
                            + " is committed after epoch " + before);
        }
        producerEpochs.put(producer, Math.max(before, entry.producerEpoch()));
    }
}
