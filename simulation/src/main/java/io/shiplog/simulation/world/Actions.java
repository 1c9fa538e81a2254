// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicConfigs;
import io.shiplog.simulation.client.AdminCommands;
import io.shiplog.simulation.engine.Dice;
import io.shiplog.simulation.fault.Action;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicIdPartition;

/** Lets clients do what the schedule says. */
final class Actions {
    private final World world;
    private final JobOperator jobs;

    Actions(World world) {
        this.world = world;
        this.jobs = new JobOperator(world);
    }

    void carryOut(Action action) {
        TopicIdPartition partition = world.topic().partition(action.partition());
        if (partition == null) {
            return;
        }
        Dice dice = new Dice(action.seed());
        switch (action.kind()) {
            case PRODUCE -> world.produce(action.client(), action.partition(), action.amount());
            case DELETE_RECORDS -> deleteRecords(partition, action.amount());
            case RECREATE_TOPIC -> world.topic().recreate();
            case REASSIGN -> reassign(partition, action.amount(), dice);
            case REASSIGN_WITHOUT -> assignWithout(partition);
            case REASSIGN_WITH -> assignWith(partition);
            case CANCEL_REASSIGNMENT ->
                world.admin().submit("cancel", AdminCommands.cancelReassignment(partition), (result, failure) -> {});
            case ELECT_PREFERRED ->
                world.admin().submit("elect", AdminCommands.electLeader(partition, false), (result, failure) -> {});
            case ELECT_UNCLEAN ->
                world.admin()
                        .submit("elect uncleanly", AdminCommands.electLeader(partition, true), (result, failure) -> {});
            case SET_MIN_ISR -> configure(TopicConfigs.MIN_INSYNC_REPLICAS, Integer.toString(action.amount()));
            case SET_FLUSH_POLICY -> setFlushPolicy(action.amount() == 0);
            case START_JOB, DRAIN_NODE, PAUSE_JOB, RESUME_JOB, CANCEL_JOB -> jobs.carryOut(action, dice);
        }
    }

    private void deleteRecords(TopicIdPartition partition, int percent) {
        long committed = 0;
        for (ReplicaView each : world.replicas(partition)) {
            committed = Math.max(committed, each.now().highWatermark());
        }
        world.admin().deleteRecords(partition, percent >= 100 ? -1 : committed * percent / 100);
    }

    private void reassign(TopicIdPartition partition, int count, Dice dice) {
        List<Integer> nodes = new ArrayList<>();
        for (int id = 1; id <= world.storageNodes(); id++) {
            nodes.add(dice.nextInt(nodes.size() + 1), id);
        }
        PartitionImage image = world.metadata().partition(partition.topicId(), partition.partition());
        int least = Math.min(nodes.size(), image == null ? 1 : Math.min(2, image.replicationFactor()));
        List<Integer> replicas = nodes.subList(0, Math.min(nodes.size(), Math.max(least, count)));
        assign(partition, replicas);
    }

    private void assignWithout(TopicIdPartition partition) {
        PartitionImage image = world.metadata().partition(partition.topicId(), partition.partition());
        if (image == null) {
            return;
        }
        for (int i = 0; i < image.isrSize(); i++) {
            int member = image.isrMember(i);
            if (member != image.leader()) {
                List<Integer> others = assigned(image);
                others.remove((Integer) member);
                assign(partition, others);
                return;
            }
        }
    }

    private void assignWith(TopicIdPartition partition) {
        PartitionImage image = world.metadata().partition(partition.topicId(), partition.partition());
        for (int id = 1; image != null && id <= world.storageNodes(); id++) {
            if (!image.isReplica(id)) {
                List<Integer> more = assigned(image);
                more.add(id);
                assign(partition, more);
                return;
            }
        }
    }

    private static List<Integer> assigned(PartitionImage image) {
        List<Integer> replicas = new ArrayList<>();
        for (int replica : image.replicas()) {
            replicas.add(replica);
        }
        return replicas;
    }

    private void assign(TopicIdPartition partition, List<Integer> replicas) {
        world.admin().submit("reassign", AdminCommands.reassign(partition, replicas), (result, failure) -> {});
    }

    private void setFlushPolicy(boolean commit) {
        if (!commit) {
            world.onReplicatedPolicy();
        }
        configure(TopicConfigs.FLUSH_POLICY, commit ? "commit" : "replicated");
    }

    private void configure(String key, String value) {
        world.admin()
                .submit(
                        "configure",
                        AdminCommands.setTopicConfig(world.topic().partition(0).topic(), key, value),
                        (result, failure) -> {});
    }
}
