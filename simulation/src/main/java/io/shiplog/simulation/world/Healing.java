// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.simulation.client.AdminCommands;
import io.shiplog.simulation.client.SimConsumer;
import io.shiplog.simulation.client.SimProducer;
import io.shiplog.simulation.node.StorageLife;
import io.shiplog.simulation.quorum.SimQuorum;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;

/** After the last fault: lets the cluster go on until everything is as it should be, and says what is not when that takes too long. */
final class Healing {
    private static final long LIMIT_US = 60_000_000;
    /** After it somebody looks, and recovers by hand what cannot come back by itself. */
    private static final long OPERATOR_US = 6_000_000;

    private static final long LOOK_EVERY_US = 20_000;

    private final World world;
    private final DamageOperator damageOperator;
    private final StoppedFollowers stoppedFollowers;
    private final JobOperator jobs;

    Healing(World world) {
        this.world = world;
        this.damageOperator = new DamageOperator(world);
        this.stoppedFollowers = new StoppedFollowers(world);
        this.jobs = new JobOperator(world);
    }

    /**
     * Returns when the cluster is healed.
     *
     * @return false when it was broken off
     * @throws BrokenPromise when it does not heal
     */
    boolean run(BooleanSupplier mayGoOn) {
        scrub();
        long limitUs = world.nowUs() + LIMIT_US;
        long operatorUs = world.nowUs() + OPERATOR_US;
        String problem = "nothing was looked at yet";
        while (problem != null) {
            long untilUs = world.nowUs() + LOOK_EVERY_US;
            boolean idle = world.scheduler().nextAtUs() > untilUs;
            while (world.step(untilUs)) {
                if (!mayGoOn.getAsBoolean()) {
                    return false;
                }
            }
            if (idle) {
                world.scheduler().after(LOOK_EVERY_US, "look", null, () -> {});
            }
            jobs.letThemEnd();
            problem = problem();
            if (world.nowUs() > operatorUs) {
                operatorUs += OPERATOR_US;
                recoverWhatIsLost();
            }
            if (problem != null && world.nowUs() > limitUs) {
                throw new BrokenPromise(idOf(problem), null, "a minute after the last fault " + problem);
            }
        }
        return true;
    }

    /** What rotted in bytes that a node trusts, since it has written them just now, is found by the scrub and by nobody else. */
    private void scrub() {
        for (int id = 1; id <= world.storageNodes(); id++) {
            if (world.diskLosses().isRotten(id)) {
                world.node(id).scrub();
            }
        }
    }

    /** A partition that lost too much for anybody to lead it: only then an operator may choose. Otherwise it has to come back by itself. */
    private void recoverWhatIsLost() {
        for (TopicIdPartition each : world.topic().present()) {
            PartitionImage image = world.metadata().partition(each.topicId(), each.partition());
            boolean lost = world.diskLosses().untrueDisks() > 0
                    || (world.wasReplicated() && world.diskLosses().nodesThatLostPower() > 0);
            if (image != null && !image.hasLeader() && (lost || onlyTheGoneCouldLead(image))) {
                world.admin().submit("recover", AdminCommands.recover(each), (result, failure) -> {});
            }
            if (image != null && image.hasLeader()) {
                damageOperator.look(each, image);
                stoppedFollowers.look(each, image);
            }
        }
        damageOperator.putBack();
    }

    /** Whoever is in sync or eligible went for good before the others knew: nobody else may lead by itself. */
    private boolean onlyTheGoneCouldLead(PartitionImage image) {
        for (int node : image.replicas()) {
            if ((image.inIsr(node) || image.inElr(node)) && !world.node(node).isGone()) {
                return false;
            }
        }
        return world.nodesLeft() < world.storageNodes();
    }

    private static String idOf(String problem) {
        if (problem.startsWith("job ")) {
            return "L9";
        }
        if (problem.contains("has no leader") || problem.contains("has a leader that does not know it")) {
            return "L1";
        }
        if (problem.contains("in sync") || problem.contains("replica")) {
            return "L2";
        }
        return problem.contains("producer") ? "L3" : problem.contains("consumer") ? "L4" : "L5";
    }

    /** What is not yet as it should be, or null. */
    String problem() {
        String quorum = problemOfQuorum();
        if (quorum != null) {
            return quorum;
        }
        if (world.topic().present().isEmpty()) {
            return "the topic is not there";
        }
        for (SimProducer producer : world.producers()) {
            if (!producer.isIdle()) {
                return "a producer has batches without an outcome";
            }
        }
        for (TopicIdPartition each : world.topic().present()) {
            String problem = problemOf(each);
            if (problem != null) {
                return each.topicPartition() + " " + problem;
            }
        }
        if (damageOperator.isAtWork()) {
            return "the operator has not put back what in sync was to mean";
        }
        String job = jobs.problem();
        if (job != null) {
            return job;
        }
        String rot = problemOfScrubs();
        return rot == null ? problemOfLogs() : rot;
    }

    private String problemOfQuorum() {
        for (int i = 0; i < world.quorum().size(); i++) {
            MetadataImage image = world.quorum().image(SimQuorum.FIRST_ID + i);
            if (image == null || image.offset() != world.metadata().offset()) {
                return "a quorum node is behind";
            }
        }
        return null;
    }

    /** Replicas on nodes that have not gone for good. */
    private int living(PartitionImage image) {
        int count = 0;
        for (int node : image.replicas()) {
            count += world.node(node).isGone() ? 0 : 1;
        }
        return count;
    }

    /** Rot that nobody has found yet, or nobody has repaired. */
    private String problemOfScrubs() {
        for (int id = 1; id <= world.storageNodes(); id++) {
            if (world.diskLosses().isRotten(id) && !world.node(id).isGone()) {
                StorageLife life = world.node(id).life();
                if (life == null || !life.hasScrubbed()) {
                    return "node " + id + " has a replica in which it still looks for rot";
                }
                for (Replica replica : life.replicas().all()) {
                    if (replica.repair().isNeeded()) {
                        return "node " + id + " has a replica in which something rotted and is not repaired";
                    }
                }
            }
        }
        return null;
    }

    /** A log that a node should have deleted. */
    private String problemOfLogs() {
        for (int id = 1; id <= world.storageNodes(); id++) {
            if (world.node(id).isGone()) {
                continue;
            }
            for (String name : world.node(id).disk().directories()) {
                int dash = name.lastIndexOf('-');
                if (dash == 22
                        && name.indexOf('.') < 0
                        && !holds(id, Uuid.fromString(name.substring(0, dash)), name.substring(dash + 1))) {
                    return "node " + id + " still has the log " + name + ", a replica that it should not have";
                }
            }
        }
        return null;
    }

    private boolean holds(int node, Uuid topicId, String partition) {
        PartitionImage image = world.metadata().partition(topicId, Integer.parseInt(partition));
        return image != null && image.isReplica(node);
    }

    private String problemOf(TopicIdPartition id) {
        PartitionImage image = world.metadata().partition(id.topicId(), id.partition());
        if (image == null || !image.hasLeader()) {
            return "has no leader: " + image;
        }
        int living = living(image);
        if (image.reassigning() && living == image.replicas().length) {
            return "is being reassigned";
        }
        for (int node : image.replicas()) {
            if (!world.node(node).isGone() && !image.inIsr(node)) {
                return "has " + image.isrSize() + " of " + image.replicationFactor() + " replicas in sync, not " + node
                        + ": " + image;
            }
        }
        ReplicaView leader = world.replica(id, image.leader());
        if (leader == null || !leader.now().leads() || leader.now().leaderEpoch() != image.leaderEpoch()) {
            return "has a leader that does not know it";
        }
        if (image.isrSize() < damageOperator.minIsr(id)) {
            // Nothing more is committed, but what was until then is there to be read.
            return problemOfConsumers(id, leader.now().highWatermark(), Long.MAX_VALUE);
        }
        for (int node : image.replicas()) {
            if (world.node(node).isGone()) {
                continue;
            }
            ReplicaView replica = world.replica(id, node);
            boolean same = replica != null
                    && replica.now().up()
                    && replica.now().logEnd() == leader.now().logEnd()
                    && replica.now().highWatermark() == leader.now().logEnd();
            if (!same) {
                return "has a replica that is not where its leader is: " + (replica == null ? null : replica.now())
                        + ", leader " + leader.now();
            }
        }
        return problemOfConsumers(id, leader.now().logEnd(), leader.now().logEnd());
    }

    private String problemOfConsumers(TopicIdPartition id, long least, long most) {
        for (SimConsumer consumer : world.consumers()) {
            boolean isThere = consumer.position() >= least && consumer.position() <= most;
            if (consumer.partition().equals(id) && !isThere) {
                return "has a consumer at " + consumer.position() + " of " + least;
            }
        }
        return null;
    }
}
