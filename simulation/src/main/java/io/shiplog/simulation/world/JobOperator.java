// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.JobMove;
import io.shiplog.metadata.image.JobState;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.proto.ControlJobCommand;
import io.shiplog.metadata.proto.JobRecord;
import io.shiplog.metadata.proto.JobSettings;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.simulation.client.AdminCommands;
import io.shiplog.simulation.engine.Dice;
import io.shiplog.simulation.fault.Action;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;

/** What the operator does with jobs, as it sees the metadata; and what it does so that they end when the faults have. */
final class JobOperator {
    private static final long ASK_EVERY_US = 500_000;

    private final World world;
    private long askAtUs;

    JobOperator(World world) {
        this.world = world;
    }

    void carryOut(Action action, Dice dice) {
        switch (action.kind()) {
            case START_JOB -> start(action.amount(), dice);
            case DRAIN_NODE -> drain(action.amount(), dice);
            case PAUSE_JOB -> tell(ControlJobCommand.Action.PAUSE);
            case RESUME_JOB -> tell(ControlJobCommand.Action.RESUME);
            case CANCEL_JOB ->
                tell(
                        action.amount() == 0
                                ? ControlJobCommand.Action.CANCEL_BACK
                                : ControlJobCommand.Action.CANCEL_KEEP);
            default -> throw new IllegalArgumentException("nothing of jobs: " + action);
        }
    }

    /** Every partition goes to nodes that the dice choose. */
    private void start(int count, Dice dice) {
        List<io.shiplog.metadata.proto.JobMove> moves = new ArrayList<>();
        for (TopicIdPartition each : world.topic().present()) {
            List<Integer> nodes = new ArrayList<>();
            for (int id = 1; id <= world.storageNodes(); id++) {
                nodes.add(dice.nextInt(nodes.size() + 1), id);
            }
            PartitionImage image = partition(each);
            if (image != null) {
                int least = Math.min(nodes.size(), Math.min(2, image.replicationFactor()));
                moves.add(AdminCommands.move(each, list(image.replicas()), nodes.subList(0, Math.max(least, count))));
            }
        }
        submit(JobRecord.Kind.REASSIGN, List.of(), moves, dice);
    }

    /** What a node has goes to others that do not have it yet, as far as there are any. */
    private void drain(int node, Dice dice) {
        List<io.shiplog.metadata.proto.JobMove> moves = new ArrayList<>();
        for (TopicIdPartition each : world.topic().present()) {
            PartitionImage image = partition(each);
            if (image != null && image.isReplica(node)) {
                List<Integer> replicas = list(image.replicas());
                for (int id = 1; id <= world.storageNodes() && replicas.contains(node); id++) {
                    if (!image.isReplica(id)) {
                        replicas.set(replicas.indexOf(node), id);
                    }
                }
                moves.add(AdminCommands.move(each, list(image.replicas()), replicas));
            }
        }
        submit(JobRecord.Kind.DRAIN_NODE, List.of(node), moves, dice);
    }

    private void submit(
            JobRecord.Kind kind, List<Integer> nodes, List<io.shiplog.metadata.proto.JobMove> moves, Dice dice) {
        JobSettings settings = JobSettings.newBuilder()
                .setMaxInFlight(dice.oneOf(1, 20))
                .setMaxPerNode(dice.oneOf(1, 5))
                .build();
        Uuid request = new Uuid(dice.nextLong(), dice.nextLong());
        submit("start job", AdminCommands.startJob(request, kind, nodes, moves, settings));
    }

    private void tell(ControlJobCommand.Action action) {
        for (JobImage job : world.admin().image().jobs().open()) {
            submit(action.name(), AdminCommands.controlJob(job.id(), action));
        }
    }

    private void submit(String what, MetadataCommand.Builder command) {
        world.admin().submit(what, command, (result, failure) -> {});
    }

    private PartitionImage partition(TopicIdPartition id) {
        return world.admin().image().partition(id.topicId(), id.partition());
    }

    private static List<Integer> list(int[] ids) {
        return new ArrayList<>(Arrays.stream(ids).boxed().toList());
    }

    // ---- when the faults are over

    /** Jobs that were paused go on, and nodes that were emptied get replicas again, so that the topic can be made once more. */
    void letThemEnd() {
        if (world.nowUs() < askAtUs) {
            return;
        }
        askAtUs = world.nowUs() + ASK_EVERY_US;
        MetadataImage image = world.admin().image();
        for (JobImage job : image.jobs().open()) {
            if (job.state() == JobState.PAUSED) {
                submit("resume", AdminCommands.controlJob(job.id(), ControlJobCommand.Action.RESUME));
            }
        }
        for (BrokerImage node : image.brokers()) {
            boolean isEmptied =
                    image.jobs().open().stream().anyMatch(job -> job.nodes().contains(node.id()));
            if (node.cordoned() && !isEmptied) {
                submit("uncordon", AdminCommands.uncordon(node.id()));
            }
        }
    }

    /** A job that could have ended, or null. */
    String problem() {
        for (JobImage job : world.metadata().jobs().open()) {
            if (needsNobodyWhoIsGone(job)) {
                return "job " + job.id() + " is " + job.state() + ": " + job.moves();
            }
        }
        return null;
    }

    private boolean needsNobodyWhoIsGone(JobImage job) {
        for (JobMove move : job.moves()) {
            for (int node : move.replicas()) {
                if (world.node(node).isGone()) {
                    return false;
                }
            }
            for (int node : move.expected()) {
                if (world.node(node).isGone()) {
                    return false;
                }
            }
        }
        return true;
    }
}
