// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.JobMove;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import java.util.HashMap;
import java.util.Map;

/**
 * How many moves of all jobs copy from or to each node. What stands still takes no room from others: a replica that is in sync has its copy, one on
 * a node that is away is counted there only, and where nobody leads nobody copies.
 */
final class JobLoads {
    private static final long FIRST_MOVES = 2;
    private static final long MOVES_PER_SECOND = 2;

    private final MetadataImage image;
    private final Map<Integer, Integer> movesByNode = new HashMap<>();
    private final Map<Long, Integer> movesByJob = new HashMap<>();

    private JobLoads(MetadataImage image) {
        this.image = image;
    }

    static JobLoads of(MetadataImage image) {
        JobLoads loads = new JobLoads(image);
        for (JobImage job : image.jobs().open()) {
            for (int index : job.inFlight()) {
                loads.add(job.id(), job.move(index), job.move(index).gaining());
            }
        }
        return loads;
    }

    /** A move that has begun to write to {@code gaining}. */
    void add(long jobId, JobMove move, int[] gaining) {
        PartitionImage partition = image.partition(move.topicId(), move.partition());
        if (partition == null || !partition.hasLeader()) {
            return;
        }
        boolean copies = false;
        for (int node : Replicas.filter(gaining, node -> !partition.inIsr(node))) {
            BrokerImage broker = image.broker(node);
            copies |= broker != null && broker.active();
            movesByNode.merge(node, 1, Integer::sum);
        }
        if (copies) {
            movesByJob.merge(jobId, 1, Integer::sum);
            movesByNode.merge(partition.leader(), 1, Integer::sum);
        }
    }

    private int source(JobMove move) {
        PartitionImage partition = image.partition(move.topicId(), move.partition());
        return partition == null ? PartitionImage.NO_LEADER : partition.leader();
    }

    /** Why no more moves of the job may begin at any time, for people; null when some may. */
    String full(JobImage job) {
        return full(job, job.settings().maxInFlight());
    }

    /**
     * The same at a time: a job begins with two moves, and each second two more may be under way. Nodes that have not moved anything for weeks have all to load and to compile
     * for it, and clients would notice twenty at once.
     */
    String full(JobImage job, long nowMs) {
        long sinceMs = Math.max(0, nowMs - job.changedAtMs());
        long begins = FIRST_MOVES + sinceMs * MOVES_PER_SECOND / 1_000;
        return full(job, (int) Math.min(job.settings().maxInFlight(), begins));
    }

    private String full(JobImage job, int limit) {
        return movesByJob.getOrDefault(job.id(), 0) < limit ? null : limit + " moves are under way, its limit";
    }

    /** Whether the node takes part in as many moves as the job allows. */
    boolean isBusy(JobImage job, int node) {
        return movesByNode.getOrDefault(node, 0) >= job.settings().maxPerNode();
    }

    /** Why a move that would write to {@code gaining} may not begin now, for people; null when it may. */
    String full(JobImage job, JobMove move, int[] gaining) {
        int limit = job.settings().maxPerNode();
        int source = gaining.length == 0 ? PartitionImage.NO_LEADER : source(move);
        int busy = movesByNode.getOrDefault(source, 0) >= limit ? source : PartitionImage.NO_LEADER;
        busy = Replicas.first(gaining, node -> movesByNode.getOrDefault(node, 0) >= limit, busy);
        return busy == PartitionImage.NO_LEADER
                ? null
                : "node " + busy + " takes part in " + limit + " moves already, its limit";
    }
}
