// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.IsrMember;
import io.shiplog.replication.port.PartitionState;
import java.util.HashMap;
import java.util.Map;

/**
 * When a leader moves its high watermark, enough replicas are in sync as it knows it, and it asked everybody who may be elected. Nothing is
 * acknowledged with acks=all to a producer that asked a leader with too small an ISR. And a change of the assignment leaves enough of those who
 * hold everything.
 */
final class QuorumSuperset extends Invariant {
    private record Led(PartitionTruth partition, int brokerId) {}

    /** Since when a leader has had too small an ISR. */
    private final Map<Led, Long> tooFewSince = new HashMap<>();

    private long heard;

    QuorumSuperset() {
        super("S6", "commits ask everybody who may be elected");
    }

    @Override
    void on(Fact fact, Scene scene, Verdicts out) {
        if (fact instanceof Fact.HighWatermarkMoved moved && moved.sight().isLeader() && moved.to() > moved.from()) {
            moved(moved, scene, out);
        } else if (fact instanceof Fact.PartitionChanged changed
                && changed.before() != null
                && changed.after() != null) {
            if (isEnough(changed.image(), changed.partition(), changed.after())) {
                tooFewSince.keySet().removeIf(led -> led.partition() == changed.partition());
            }
        } else if (fact instanceof Fact.AssignmentChanged changed) {
            changed(changed, out);
        } else if (fact instanceof Fact.Settled settled) {
            remember(settled.partition(), scene);
        } else if (fact instanceof Fact.Heard told && told.observation() instanceof Observation.Sent sent) {
            acknowledged(sent, scene, out);
        }
    }

    private void moved(Fact.HighWatermarkMoved moved, Scene scene, Verdicts out) {
        PartitionTruth partition = moved.partition();
        PartitionImage agreed = Topics.agreed(scene, partition);
        PartitionState state = moved.sight().state();
        int broker = moved.replica().brokerId();
        if (agreed == null
                || agreed.leader() != broker
                || agreed.leaderEpoch() != moved.sight().leaderEpoch()) {
            return; // a deposed one is judged by what comes of it
        }
        if (state.isrSize() < state.effectiveMinIsr()) {
            out.add(
                    this,
                    partition,
                    "broker " + broker + " commits up to " + moved.to() + " with an ISR of " + state.isrSize());
        }
        for (AssignedReplica each : state.replicas()) {
            boolean asked = each.inIsr() || each.inElr() || isProposed(moved.sight(), each.id());
            if (!asked && Topics.mayBeElected(agreed, each.id())) {
                out.add(
                        this,
                        partition,
                        "broker " + broker + " commits up to " + moved.to() + " without broker " + each.id() + "; "
                                + agreed);
            }
        }
    }

    private static boolean isProposed(ReplicaSight sight, int brokerId) {
        if (sight.openProposal() != null) {
            for (IsrMember member : sight.openProposal().isr()) {
                if (member.id() == brokerId) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Those who leave the assignment may take the only copies with them. */
    private void changed(Fact.AssignmentChanged changed, Verdicts out) {
        PartitionImage before = changed.before();
        PartitionImage after = changed.after();
        boolean someLeave = false;
        for (int i = 0; i < before.replicaCount(); i++) {
            someLeave |= !after.isReplica(before.replica(i));
        }
        int minIsr = Topics.minIsr(changed.image(), changed.partition().topicId(), after);
        int vouchedBefore = before.isrSize() + before.elrSize();
        int vouched = after.isrSize() + after.elrSize();
        if (someLeave
                && vouched < Math.min(minIsr, vouchedBefore)
                && !changed.partition().isExcused()) {
            out.add(
                    this,
                    changed.partition(),
                    "replicas leave, and only " + vouched + " remain that hold all that is committed: " + before
                            + " -> " + after);
        }
    }

    private static boolean isEnough(MetadataImage image, PartitionTruth partition, PartitionImage agreed) {
        return agreed.isrSize() >= Topics.minIsr(image, partition.topicId(), agreed);
    }

    /**
     * Notes the leaders that know that their ISR is too small, as long as that is agreed too: then no leader can have had a larger one since,
     * also when nobody looked at it meanwhile.
     */
    private void remember(PartitionTruth partition, Scene scene) {
        PartitionImage agreed = Topics.agreed(scene, partition);
        boolean enough = agreed == null || isEnough(scene.cluster().agreed(), partition, agreed);
        for (BrokerSight broker : scene.cluster().brokers()) {
            boolean tooFew = false;
            for (ReplicaSight sight : broker.replicas()) {
                tooFew |= sight.isLeader()
                        && sight.partition() == partition.partition()
                        && sight.topicId().equals(partition.topicId())
                        && sight.state().isrSize() < sight.state().effectiveMinIsr();
            }
            if (tooFew && !enough) {
                tooFewSince.putIfAbsent(
                        new Led(partition, broker.id()), scene.cluster().nowUs());
            } else if (!tooFewSince.isEmpty()) {
                tooFewSince.remove(new Led(partition, broker.id()));
            }
        }
    }

    private void acknowledged(Observation.Sent sent, Scene scene, Verdicts out) {
        heard++;
        PartitionTruth partition = scene.truth().partition(sent.topicId(), sent.partition());
        remember(partition, scene);
        Long since = tooFewSince.get(new Led(partition, sent.broker()));
        if (sent.isPromised() && since != null && since <= sent.triedAt()) {
            out.add(
                    this,
                    partition,
                    "broker " + sent.broker() + " acknowledged " + sent.value()
                            + " although its ISR was below min.insync.replicas since before it was asked (answer "
                            + heard
                            + ")");
        }
    }
}
