// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import io.shiplog.metadata.image.EffectiveTopicConfigs;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicConfigs;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.simulation.fault.Situation;
import io.shiplog.simulation.node.SimNode;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicIdPartition;

/** Tells what a cluster is in the middle of. Looking changes nothing. */
final class Situations {
    private final World world;

    Situations(World world) {
        this.world = world;
    }

    Set<Situation> now(boolean otherFault) {
        EnumSet<Situation> found = EnumSet.noneOf(Situation.class);
        MetadataImage newest = world.metadata();
        for (TopicIdPartition each : world.topic().present()) {
            PartitionImage image = newest.partition(each.topicId(), each.partition());
            if (image != null) {
                addAgreed(each, image, newest, found);
                addReplicas(each, image, found);
            }
        }
        addNodes(newest, found);
        note(found, Situation.CONTROLLER_MOVING, !world.quorum().hasActiveController());
        note(found, Situation.TOPIC_GOING, world.topic().present().isEmpty());
        note(found, Situation.OTHER_FAULT, otherFault);
        return found;
    }

    private static void note(Set<Situation> found, Situation situation, boolean holds) {
        if (holds) {
            found.add(situation);
        }
    }

    private static void addAgreed(
            TopicIdPartition id, PartitionImage image, MetadataImage newest, Set<Situation> found) {
        Map<String, String> configs = EffectiveTopicConfigs.agreed(newest, id.topicId());
        int minIsr = TopicConfigs.effectiveMinIsr(configs, image.replicationFactor());
        note(found, Situation.BELOW_MIN_ISR, image.isrSize() < minIsr);
        note(found, Situation.LAST_IN_SYNC, image.isrSize() == 1 && image.replicationFactor() > 1);
        note(found, Situation.ELR_NOT_EMPTY, image.elrSize() > 0);
        note(found, Situation.REASSIGNING, image.reassigning());
        note(found, Situation.NOT_DURABLE, TopicConfigs.flushesBeforeAck(configs) && !image.durable());
    }

    private void addReplicas(TopicIdPartition id, PartitionImage image, Set<Situation> found) {
        Replica leader = image.hasLeader() ? replica(id, image.leader()) : null;
        boolean leads = leader != null && leader.isLeader() && leader.leaderEpoch() == image.leaderEpoch();
        note(found, Situation.LEADERLESS, !leads);
        note(found, Situation.ISR_CHANGE_OPEN, leads && leader.openProposal() != null);
        for (int i = 0; i < image.replicaCount(); i++) {
            int node = image.replica(i);
            Replica replica = replica(id, node);
            if (replica == null) {
                continue;
            }
            note(
                    found,
                    Situation.UNFLUSHED,
                    replica.log().flushedOffset() < replica.log().logEndOffset());
            note(found, Situation.CATCHING_UP, leads && replica != leader && !image.inIsr(node));
            boolean hasOther = leads
                    && replica.log().latestEpoch() < leader.leaderEpoch()
                    && replica.log().logEndOffset() > leader.epochStartOffset();
            note(found, Situation.TRUNCATING, hasOther);
        }
    }

    private Replica replica(TopicIdPartition id, int node) {
        SimNode at = world.node(node);
        return at.life() == null ? null : at.life().replicas().get(id.topicId(), id.partition());
    }

    private void addNodes(MetadataImage newest, Set<Situation> found) {
        for (int id = 1; id <= world.storageNodes(); id++) {
            SimNode node = world.node(id);
            if (node.life() == null) {
                continue;
            }
            boolean comesBack = !node.life().serves() && node.lives() > 1 && !node.lastLifeStoppedInOrder();
            note(found, Situation.RECOVERING, comesBack);
            boolean behind = node.life().client().image().offset() < newest.offset();
            note(found, Situation.BEHIND_METADATA, node.life().serves() && behind);
        }
    }
}
