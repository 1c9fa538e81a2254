// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.simulation.invariant.Observation.Sent;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Along what is committed, each producer's sequence has no gap and nothing twice; and each producer id belongs to one producer. */
final class Idempotence extends Invariant {
    private record Producer(PartitionTruth partition, long id) {}

    private record Last(int epoch, int sequence) {}

    private record Value(PartitionTruth partition, long value) {}

    private final Map<Producer, Last> last = new HashMap<>();

    /** Partitions of which something is committed that cannot be read any more. */
    private final Set<PartitionTruth> unknown = new HashSet<>();

    private final Map<Value, Long> offsets = new HashMap<>();
    private final Map<Long, Observation.IdGiven> ownerOfId = new HashMap<>();

    Idempotence() {
        super("S14", "nothing twice, and no gap");
    }

    @Override
    void on(Fact fact, Scene scene, Verdicts out) {
        if (fact instanceof Fact.HighWatermarkMoved moved && moved.sight().isLeader()) {
            for (long offset = moved.partition().committedEnd(); offset < moved.to(); offset++) {
                Entry entry = moved.replica().at(offset);
                if (entry == null || entry.value() == Entry.UNREADABLE) {
                    unknown.add(moved.partition());
                } else if (entry.producerId() >= 0 && !moved.partition().isExcused()) {
                    committed(moved.partition(), entry, out);
                }
            }
        } else if (fact instanceof Fact.Heard heard && heard.observation() instanceof Observation.IdGiven given) {
            Observation.IdGiven first = ownerOfId.putIfAbsent(given.producerId(), given);
            boolean same = first == null
                    || (first.producer() == given.producer()
                            && first.partition() == given.partition()
                            && first.topicId().equals(given.topicId()));
            if (!same) {
                out.add(this, null, "one producer id for two: " + first + " and " + given);
            }
        }
    }

    private void committed(PartitionTruth partition, Entry entry, Verdicts out) {
        Last before = last.put(
                new Producer(partition, entry.producerId()), new Last(entry.producerEpoch(), entry.sequence()));
        int expected = before == null || before.epoch != entry.producerEpoch() ? 0 : next(before.sequence);
        // Of a producer whose first records were deleted before they were seen nothing is known.
        boolean mayHaveMissedSome = unknown.contains(partition) || (before == null && partition.deletingBelow > 0);
        if (entry.sequence() != expected && !mayHaveMissedSome) {
            out.add(
                    this,
                    partition,
                    entry + " of producer " + entry.producerId() + " has sequence " + entry.sequence() + ", expected "
                            + expected);
        }
        Long first = offsets.putIfAbsent(new Value(partition, entry.value()), entry.offset());
        if (first != null && first != entry.offset()) {
            out.add(this, partition, entry + " is committed a second time, first at " + first);
        }
    }

    private static int next(int sequence) {
        return (sequence + 1) & Integer.MAX_VALUE;
    }

    /** A retry was answered with another offset than that of the record. */
    @Override
    void atEnd(Ending ending, Scene scene, Verdicts out) {
        for (Observation observation : scene.observations()) {
            if (observation instanceof Sent sent && sent.idempotent() && sent.isPromised()) {
                PartitionTruth partition = scene.truth().partition(sent.topicId(), sent.partition());
                Long offset = offsets.get(new Value(partition, sent.value()));
                if (offset != null && offset != sent.offset() && !partition.isExcused()) {
                    out.add(
                            this,
                            partition,
                            sent.value() + " was acknowledged at " + sent.offset() + " and is at " + offset);
                }
            }
        }
    }
}
