// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.simulation.invariant.Observation.Sent;
import java.util.HashMap;
import java.util.Map;

/** No record is in another topic or partition than it was sent to, and none that nobody sent. */
final class TopicIdentity extends Invariant {
    TopicIdentity() {
        super("S16", "no record in another topic");
    }

    @Override
    void atEnd(Ending ending, Scene scene, Verdicts out) {
        Map<Long, Sent> byValue = new HashMap<>();
        for (Observation observation : scene.observations()) {
            if (observation instanceof Sent sent) {
                byValue.put(sent.value(), sent);
            }
        }
        for (PartitionTruth partition : scene.truth().partitions()) {
            for (long offset = 0; offset < partition.committedEnd(); offset++) {
                judge(partition, partition.committedAt(offset), byValue, out);
            }
            for (ReplicaTruth replica : partition.replicas()) {
                for (Entry entry : replica.entries()) {
                    judge(partition, entry, byValue, out);
                }
            }
        }
    }

    private void judge(PartitionTruth partition, Entry entry, Map<Long, Sent> byValue, Verdicts out) {
        if (entry == null || entry.value() == Entry.UNREADABLE) {
            return;
        }
        Sent sent = byValue.get(entry.value());
        if (sent == null) {
            out.add(this, partition, entry + " was never sent by anybody");
        } else if (!sent.topicId().equals(partition.topicId()) || sent.partition() != partition.partition()) {
            out.add(this, partition, entry + " was sent to " + sent.topicId() + "-" + sent.partition());
        }
    }
}
