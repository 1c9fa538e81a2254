// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import io.shiplog.metadata.image.EffectiveTopicConfigs;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicConfigs;
import io.shiplog.simulation.client.AdminCommands;
import java.util.TreeMap;
import org.apache.kafka.common.TopicIdPartition;

/**
 * Does what docs/corruption.md tells an operator to do about records that nobody has any more: the only replica in sync leads with damage in its
 * log, and nobody else who lives has what is damaged. The records up to behind the damage are deleted, so that the others can begin there, and so
 * that one that is alone is whole again.
 *
 * <p>That may only become necessary when as many disks failed as min ISR asked for when they were committed (one, of a single replica;
 * {@link PromisedCopies}): with fewer somebody else, in sync or eligible, has those records, and has to come back by itself.
 *
 * <p>That is so for what is committed. What the last one in sync took alone, below min ISR, nobody else has, and where those who left the ISR are
 * not eligible any more (they stopped uncleanly under {@code replicated}) one rotten bit of it is enough to keep them out: they end before it. When all of
 * them are back and have what is committed, the damaged node is stopped, another replica elected, and the node started again.
 */
final class DamageOperator {
    private final World world;

    /** Nodes that are stopped for a while, and the partition for whose sake. */
    private final TreeMap<Integer, TopicIdPartition> stopped = new TreeMap<>();

    /** By topic, what min.insync.replicas was before it was lowered. */
    private final TreeMap<String, Integer> lowered = new TreeMap<>();

    DamageOperator(World world) {
        this.world = world;
    }

    /** Whether something that was changed for a while has to be put back. */
    boolean isAtWork() {
        return !lowered.isEmpty() || !stopped.isEmpty();
    }

    /** With fewer in sync nothing is committed, which is as it should be. */
    int minIsr(TopicIdPartition id) {
        PartitionImage image = world.metadata().partition(id.topicId(), id.partition());
        return TopicConfigs.effectiveMinIsr(
                EffectiveTopicConfigs.agreed(world.metadata(), id.topicId()), image.replicationFactor());
    }

    /** Looks at a partition that has a leader, and takes the next step. */
    void look(TopicIdPartition id, PartitionImage image) {
        ReplicaView leader = world.replica(id, image.leader());
        if (leader == null || leader.damagedFrom() < 0 || image.isrSize() > 1 || someoneCanGoOn(id, image, leader)) {
            return;
        }
        if (disksThatFailed(image) < world.promisedCopies(id)) {
            if (othersHaveWhatIsCommitted(id, image, leader)) {
                stop(leader.node(), id);
            }
            return;
        }
        long end = endOfDamage(leader);
        // Below min ISR nothing is committed, and only what is committed can be deleted.
        if (end > leader.now().highWatermark() && image.isrSize() < minIsr(id)) {
            lowered.putIfAbsent(id.topic(), minIsr(id));
            setMinIsr(id.topic(), 1, () -> {});
        } else {
            world.admin().deleteRecords(id, end);
        }
    }

    private void stop(int node, TopicIdPartition id) {
        stopped.put(node, id);
        world.node(node).kill();
        world.onNodeDown(world.node(node));
    }

    /** Starts nodes that were stopped when another one leads; and puts back what was changed for a while when all who live are in sync again. */
    void putBack() {
        stopped.entrySet().removeIf(each -> {
            TopicIdPartition id = each.getValue();
            PartitionImage image = world.metadata().partition(id.topicId(), id.partition());
            boolean over = image == null || (image.hasLeader() && image.leader() != each.getKey());
            if (over) {
                world.node(each.getKey()).start();
            }
            return over;
        });
        for (TopicIdPartition each : world.topic().present()) {
            PartitionImage image = world.metadata().partition(each.topicId(), each.partition());
            if (image == null || !allInSync(image)) {
                return;
            }
        }
        // Taken out when the controller has answered: a command may get lost, and is given again then.
        new TreeMap<>(lowered).forEach((topic, minIsr) -> setMinIsr(topic, minIsr, () -> lowered.remove(topic)));
    }

    private boolean allInSync(PartitionImage image) {
        for (int node : image.replicas()) {
            if (!image.inIsr(node) && !world.node(node).isGone()) {
                return false;
            }
        }
        return true;
    }

    private void setMinIsr(String topic, int value, Runnable done) {
        world.admin()
                .submit(
                        "configure",
                        AdminCommands.setTopicConfig(topic, TopicConfigs.MIN_INSYNC_REPLICAS, Integer.toString(value)),
                        (result, failure) -> {
                            if (failure == null) {
                                done.run();
                            }
                        });
    }

    /** Whether a replica that lives will come into sync by itself, or may lead. */
    private boolean someoneCanGoOn(TopicIdPartition id, PartitionImage image, ReplicaView leader) {
        long end = whereOthersCanGoOn(leader);
        for (int node : image.replicas()) {
            ReplicaView other = world.replica(id, node);
            boolean mayHelp = node != image.leader() && !world.node(node).isGone();
            if (mayHelp && (image.inElr(node) || (other != null && other.now().logEnd() >= end))) {
                return true;
            }
        }
        return false;
    }

    /** Whether nothing is committed that only the leader has: it is alone below min ISR, and all others are there, one with all below its high watermark. */
    private boolean othersHaveWhatIsCommitted(TopicIdPartition id, PartitionImage image, ReplicaView leader) {
        if (image.durable() || image.isrSize() >= minIsr(id)) {
            return false;
        }
        long longest = -1;
        for (int node : image.replicas()) {
            ReplicaView other = world.replica(id, node);
            if (node != leader.node()) {
                if (other == null || !other.now().up()) {
                    return false;
                }
                longest = Math.max(longest, other.now().logEnd());
            }
        }
        return longest >= leader.now().highWatermark();
    }

    /**
     * Who ends there or later needs nothing of what is damaged, and has to come into sync by itself: behind the last batch in which a bit rotted,
     * or, where nothing rotted (a read failed, a file is missing), where the damaged segment ends.
     */
    private long whereOthersCanGoOn(ReplicaView leader) {
        long rot = RottenBatches.end(world.node(leader.node()).disk(), leader.directory(), leader.damagedTo());
        return rot < 0 ? endOfDamage(leader) : rot;
    }

    /** Where the last damaged segment ends. */
    private long endOfDamage(ReplicaView leader) {
        long[] end = {leader.now().logEnd()};
        world.node(leader.node()).disk().visitSegments(leader.directory(), (base, bytes, size) -> {
            if (base > leader.damagedTo()) {
                end[0] = Math.min(end[0], base);
            }
        });
        return end[0];
    }

    private int disksThatFailed(PartitionImage image) {
        int count = 0;
        for (int node : image.replicas()) {
            boolean failed = world.node(node).isGone()
                    || world.diskLosses().mayLack(node, !world.setup().flushesBeforeCommit());
            count += failed ? 1 : 0;
        }
        return count;
    }
}
