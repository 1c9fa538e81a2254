// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

/** What was committed at an offset, or shown to a consumer, is the same for ever and everywhere. */
final class CommittedImmutable extends Invariant {
    CommittedImmutable() {
        super("S2", "what is committed never changes");
    }

    @Override
    void on(Fact fact, Scene scene, Verdicts out) {
        if (fact instanceof Fact.HighWatermarkMoved moved) {
            compare(
                    moved.partition(),
                    moved.replica(),
                    Math.max(moved.from(), moved.replica().logStart),
                    moved.to(),
                    out);
        } else if (fact instanceof Fact.Opened opened && !scene.mayRot(opened.replica())) {
            ReplicaTruth replica = opened.replica();
            compare(opened.partition(), replica, replica.logStart, replica.highWatermark, out);
        } else if (fact instanceof Fact.Heard heard && heard.observation() instanceof Observation.Read read) {
            PartitionTruth partition = scene.truth().partition(read.topicId(), read.partition());
            for (Entry entry : read.entries()) {
                if (!isOther(partition, entry) || scene.showsRot(partition, read.broker(), entry)) {
                    continue;
                }
                judge(partition, "broker " + read.broker() + " shows", entry, out);
            }
        }
    }

    private void compare(PartitionTruth partition, ReplicaTruth replica, long from, long to, Verdicts out) {
        for (long offset = from; offset < Math.min(to, partition.committedEnd()); offset++) {
            judge(partition, "broker " + replica.brokerId() + " takes for committed", replica.at(offset), out);
        }
    }

    private void judge(PartitionTruth partition, String who, Entry entry, Verdicts out) {
        if (isOther(partition, entry)) {
            out.add(this, partition, who + " " + entry + ", committed was " + partition.committedAt(entry.offset()));
        }
    }

    /** Whether another record is committed there. */
    private static boolean isOther(PartitionTruth partition, Entry entry) {
        Entry committed =
                entry == null || entry.value() == Entry.UNREADABLE ? null : partition.committedAt(entry.offset());
        if (committed == null || partition.isExcused() || committed.value() == Entry.UNREADABLE) {
            return false;
        }
        return committed.value() != entry.value() || committed.leaderEpoch() != entry.leaderEpoch();
    }
}
