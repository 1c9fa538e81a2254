// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.simulation.invariant.Observation.Sent;
import java.util.HashMap;
import java.util.Map;

/** What was acknowledged with acks=all is committed where it was said to be, stays there, and is at all times in some log. */
final class AckDurability extends Invariant {
    /** The last record of each partition that was promised. */
    private final Map<PartitionTruth, Sent> lastPromised = new HashMap<>();

    AckDurability() {
        super("S1", "what was acknowledged stays");
    }

    @Override
    void on(Fact fact, Scene scene, Verdicts out) {
        if (fact instanceof Fact.Heard heard && heard.observation() instanceof Sent sent && sent.isPromised()) {
            promised(sent, scene.truth().partition(sent.topicId(), sent.partition()), out);
        } else if (fact instanceof Fact.Heard heard && heard.observation() instanceof Observation.Kept kept) {
            kept(kept, scene.truth().partition(kept.topicId(), kept.partition()), out);
        } else if (fact instanceof Fact.Settled settled) {
            settled(settled.partition(), out);
        }
    }

    private void promised(Sent sent, PartitionTruth partition, Verdicts out) {
        lastPromised.merge(partition, sent, (a, b) -> a.offset() >= b.offset() ? a : b);
        if (partition.isExcused() || partition.deleted || sent.offset() < partition.deletingBelow) {
            return;
        }
        Entry committed = partition.committedAt(sent.offset());
        boolean unknown =
                committed == null ? sent.offset() < partition.committedEnd() : committed.value() == Entry.UNREADABLE;
        if (!unknown && (committed == null || committed.value() != sent.value())) {
            out.add(
                    this,
                    partition,
                    sent.value() + " is acknowledged at " + sent.offset() + ", committed is " + committed);
        }
    }

    /** It is somewhere among what is committed, and stays as all of that does. */
    private void kept(Observation.Kept kept, PartitionTruth partition, Verdicts out) {
        boolean excused = partition.isExcused() || partition.deleted || partition.deletingBelow > 0;
        if (!excused && !partition.isPartlyUnknown() && partition.offsetOf(kept.value()) < 0) {
            out.add(this, partition, kept.value() + " is said to have been appended before, and is not committed");
        }
    }

    /** Histories match (S3), so that whoever has the last one has all before it. */
    private void settled(PartitionTruth partition, Verdicts out) {
        Sent last = lastPromised.get(partition);
        if (last == null || partition.isExcused() || partition.deleted || last.offset() < partition.deletingBelow) {
            return;
        }
        for (ReplicaTruth replica : partition.replicas()) {
            Entry held = replica.at(last.offset());
            if (held != null && held.value() == last.value()) {
                return;
            }
        }
        lastPromised.remove(partition);
        out.add(this, partition, last.value() + ", acknowledged at " + last.offset() + ", is in no log any more");
    }

    @Override
    void atEnd(Ending ending, Scene scene, Verdicts out) {
        for (Observation observation : scene.observations()) {
            if (ending.healed() && observation instanceof Sent sent && sent.isPromised()) {
                isThere(sent, scene.truth().partition(sent.topicId(), sent.partition()), scene, out);
            }
        }
    }

    private void isThere(Sent sent, PartitionTruth partition, Scene scene, Verdicts out) {
        if (partition.isExcused() || partition.deleted) {
            return;
        }
        for (ReplicaTruth replica : partition.replicas()) {
            boolean shouldHaveIt = sent.offset() >= replica.logStart && sent.offset() < replica.highWatermark;
            if (scene.serves(replica) && shouldHaveIt) {
                Entry held = replica.at(sent.offset());
                if (!scene.mayRot(replica) && (held == null || held.value() != sent.value())) {
                    out.add(
                            this,
                            partition,
                            sent.value() + " was acknowledged at " + sent.offset() + ", broker " + replica.brokerId()
                                    + " has " + held);
                    return;
                }
            }
        }
    }
}
