// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.metadata.image.PartitionImage;
import java.util.HashMap;
import java.util.Map;

/**
 * What leaders show never goes back: the high watermark of a replica within an epoch, that of a leader that has passed the start of its epoch
 * against all former ones, and what look-ups of the latest offset say against what was acknowledged before they were asked.
 */
final class AppliedHighWatermark extends Invariant {
    private final Map<PartitionTruth, Long> exposed = new HashMap<>();
    private final Map<PartitionTruth, Long> leaderSince = new HashMap<>();

    AppliedHighWatermark() {
        super("S9", "the high watermark that is shown never goes back");
    }

    @Override
    void on(Fact fact, Scene scene, Verdicts out) {
        if (fact instanceof Fact.HighWatermarkMoved moved) {
            moved(moved, scene, out);
        } else if (fact instanceof Fact.Leads leads) {
            show(leads.partition(), leads.sight(), scene, out);
        } else if (fact instanceof Fact.PartitionChanged changed
                && changed.after() != null
                && (changed.before() == null
                        || changed.before().leaderEpoch() != changed.after().leaderEpoch())) {
            leaderSince.put(changed.partition(), scene.cluster().nowUs());
        } else if (fact instanceof Fact.Heard heard && heard.observation() instanceof Observation.LookedUp look) {
            lookedUp(look, scene, out);
        }
    }

    private void moved(Fact.HighWatermarkMoved moved, Scene scene, Verdicts out) {
        if (moved.to() < moved.from() && !moved.partition().isExcused()) {
            out.add(
                    this,
                    moved.partition(),
                    "broker " + moved.replica().brokerId() + " went back from " + moved.from() + " to " + moved.to());
        }
        if (moved.sight().isLeader()) {
            show(moved.partition(), moved.sight(), scene, out);
        }
    }

    private void show(PartitionTruth partition, ReplicaSight leader, Scene scene, Verdicts out) {
        PartitionImage agreed = Topics.agreed(scene, partition);
        boolean present = agreed != null && agreed.leaderEpoch() == leader.leaderEpoch();
        if (!present || partition.isExcused() || leader.highWatermark() < leader.epochStart()) {
            return;
        }
        long before = exposed.getOrDefault(partition, 0L);
        if (leader.highWatermark() < before) {
            out.add(
                    this,
                    partition,
                    "leader " + agreed.leader() + " of epoch " + leader.leaderEpoch() + " shows "
                            + leader.highWatermark() + ", " + before + " was shown before");
        }
        exposed.put(partition, Math.max(before, leader.highWatermark()));
    }

    private void lookedUp(Observation.LookedUp look, Scene scene, Verdicts out) {
        PartitionTruth partition = scene.truth().partition(look.topicId(), look.partition());
        PartitionImage agreed = Topics.agreed(scene, partition);
        boolean ledAllTheTime = agreed != null
                && agreed.leader() == look.broker()
                && leaderSince.getOrDefault(partition, 0L) <= look.beganAt();
        if (!ledAllTheTime || partition.isExcused()) {
            return;
        }
        for (Observation observation : scene.observations()) {
            if (observation instanceof Observation.Sent sent
                    && sent.isPromised()
                    && sent.endedAt() < look.beganAt()
                    && sent.topicId().equals(look.topicId())
                    && sent.partition() == look.partition()
                    && sent.offset() >= look.latest()) {
                out.add(
                        this,
                        partition,
                        "broker " + look.broker() + " says that the latest offset is " + look.latest() + ", "
                                + sent.offset() + " was acknowledged before");
                return;
            }
        }
    }
}
