// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.client.MetadataRefusal;
import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.JobsImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.ControlJobCommand;
import io.shiplog.metadata.proto.CordonBrokerCommand;
import io.shiplog.metadata.proto.JobMove;
import io.shiplog.metadata.proto.JobRecord;
import io.shiplog.metadata.proto.JobSettings;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.StartJobCommand;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Failures;
import io.shiplog.tools.connect.Unreachable;
import io.shiplog.tools.plan.PlanKind;
import io.shiplog.tools.plan.PlannedMove;
import io.shiplog.tools.quorum.QuorumClient;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What the quorum is asked about jobs, and what its refusals say. */
final class JobCalls {
    private static final int REQUEST_ID_BYTES = 16;
    /** A start whose answer got lost is made again with the same id: nothing begins twice. */
    private static final int START_ATTEMPTS = 2;

    private JobCalls() {}

    /** Refuses to go on where the cluster knows no jobs. */
    static void requireJobs(Cluster cluster) throws InterruptedException {
        cluster.requireLevel(JobsImage.FIRST_LEVEL, "jobs");
    }

    /**
     * Starts a job.
     *
     * @return its id; 0 when it was only checked
     */
    static long start(
            Cluster cluster,
            String title,
            PlanKind kind,
            List<Integer> nodes,
            List<PlannedMove> moves,
            JobSettings settings,
            boolean validateOnly)
            throws InterruptedException {
        byte[] requestId = new byte[REQUEST_ID_BYTES];
        new SecureRandom().nextBytes(requestId);
        StartJobCommand.Builder start = StartJobCommand.newBuilder()
                .setRequestId(ByteString.copyFrom(requestId))
                .setKind(JobRecord.Kind.valueOf(kind.name()))
                .setTitle(title)
                .setSettings(settings)
                .addAllNodes(nodes)
                .setValidateOnly(validateOnly);
        MetadataImage image = cluster.image();
        for (PlannedMove move : moves) {
            TopicImage topic = image.topic(move.topic());
            if (topic == null) {
                throw new Refused(move.name() + " does not exist any more; plan again");
            }
            start.addMoves(JobMove.newBuilder()
                    .setTopicId(Uuids.toBytes(topic.id()))
                    .setPartition(move.partition())
                    .addAllReplicas(move.replicas())
                    .addAllExpected(move.expected())
                    .setBytes(move.bytes())
                    .setStage(move.stage()));
        }
        return submit(
                        cluster,
                        START_ATTEMPTS,
                        () -> MetadataCommand.newBuilder().setStartJob(start))
                .getStartJob()
                .getJobId();
    }

    /** Pauses, resumes, cancels, removes a job. */
    static void control(Cluster cluster, long jobId, ControlJobCommand.Action action) throws InterruptedException {
        submit(
                cluster,
                1,
                () -> MetadataCommand.newBuilder()
                        .setControlJob(
                                ControlJobCommand.newBuilder().setJobId(jobId).setAction(action)));
    }

    /** Gives a job other settings. */
    static void settings(Cluster cluster, long jobId, JobSettings settings) throws InterruptedException {
        submit(
                cluster,
                1,
                () -> MetadataCommand.newBuilder()
                        .setControlJob(ControlJobCommand.newBuilder()
                                .setJobId(jobId)
                                .setAction(ControlJobCommand.Action.SET_RATE)
                                .setSettings(settings)));
    }

    /** Keeps new replicas off a node, or lets them come again. */
    static void cordon(Cluster cluster, int node, boolean cordoned) throws InterruptedException {
        submit(
                cluster,
                1,
                () -> MetadataCommand.newBuilder()
                        .setCordonBroker(CordonBrokerCommand.newBuilder()
                                .setTargetBrokerId(node)
                                .setCordoned(cordoned)));
    }

    /**
     * A job by its number.
     *
     * @throws Refused when there is none, with those that there are
     */
    static JobImage job(Cluster cluster, long id) throws InterruptedException {
        JobImage job = cluster.image().jobs().job(id);
        if (job == null) {
            List<Long> known = new ArrayList<>();
            cluster.image().jobs().all().forEach(each -> known.add(each.id()));
            throw new Refused("there is no job " + id + "; "
                    + (known.isEmpty() ? "the cluster has none" : "there are " + known)
                    + " (shiplog reassign list)");
        }
        return job;
    }

    private static MetadataResult submit(Cluster cluster, int attempts, Supplier<MetadataCommand.Builder> command)
            throws InterruptedException {
        QuorumClient quorum = cluster.quorum();
        for (int attempt = 1; ; attempt++) {
            try {
                return quorum.await(quorum.client().submit(command.get(), Cluster.origin(), cluster.timeoutMs()));
            } catch (MetadataUnavailable lost) {
                if (attempt >= attempts && attempts > 1) {
                    throw Unreachable.because(Failures.sentence(lost)
                            + "; it may have been started all the same: shiplog reassign list shows that");
                } else if (attempt >= attempts) {
                    throw lost;
                }
            } catch (MetadataRefusal refusal) {
                throw new Refused(Failures.sentence(refusal));
            }
        }
    }
}
