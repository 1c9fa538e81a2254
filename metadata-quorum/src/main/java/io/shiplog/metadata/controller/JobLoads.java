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
 * How many moves of all jobs read from or write to each node. A move that cannot go on, since a node that it writes to is away, is counted
 * there only, so that it keeps no other node from being used.
 */
final class JobLoads {
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
        boolean stalled = false;
        for (int node : gaining) {
            BrokerImage broker = image.broker(node);
            stalled |= broker == null || !broker.active();
            movesByNode.merge(node, 1, Integer::sum);
        }
        if (!stalled) {
            movesByJob.merge(jobId, 1, Integer::sum);
            int source = source(move);
            if (gaining.length > 0 && source >= 0) {
                movesByNode.merge(source, 1, Integer::sum);
            }
        }
    }

    private int source(JobMove move) {
        PartitionImage partition = image.partition(move.topicId(), move.partition());
        return partition == null ? PartitionImage.NO_LEADER : partition.leader();
    }

    /** Why no more moves of the job may begin now, for people; null when some may. */
    String full(JobImage job) {
        int limit = job.settings().maxInFlight();
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
