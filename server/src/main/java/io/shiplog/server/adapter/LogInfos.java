// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.metadata.client.ReplicaLogInfo;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ReplicaSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Tells the controller how far this node's logs go, when it looks for the longest log of a partition that nobody can lead. A partition
 * whose log is not open yet is left out; the controller asks again with its next heartbeat.
 */
public final class LogInfos {
    /** Partitions in one answer; the controller asks again for the rest. */
    static final int MAX_PARTITIONS = 1_000;

    private final ReplicaSet replicas;
    private final EventLoop loop;
    private final Consumer<List<ReplicaLogInfo>> report;

    /** @param report takes the answer; on the loop */
    public LogInfos(ReplicaSet replicas, EventLoop loop, Consumer<List<ReplicaLogInfo>> report) {
        this.replicas = replicas;
        this.loop = loop;
        this.report = report;
    }

    /** The controller wants to know. Any thread; does not wait. */
    public void wanted(List<PartitionId> partitions) {
        List<PartitionId> some = List.copyOf(partitions.subList(0, Math.min(partitions.size(), MAX_PARTITIONS)));
        loop.execute(() -> tell(some));
    }

    private void tell(List<PartitionId> partitions) {
        List<ReplicaLogInfo> infos = new ArrayList<>(partitions.size());
        for (PartitionId id : partitions) {
            Replica replica = replicas.get(id.topicId(), id.partition());
            if (replica != null) {
                infos.add(info(id, replica));
            }
        }
        if (!infos.isEmpty()) {
            report.accept(infos);
        }
    }

    private static ReplicaLogInfo info(PartitionId id, Replica replica) {
        return replica.isOffline()
                ? new ReplicaLogInfo(id, -1, -1, -1, true, false)
                : new ReplicaLogInfo(
                        id,
                        replica.log().latestEpoch(),
                        replica.log().logEndOffset(),
                        replica.highWatermark(),
                        false,
                        replica.log().isShortened());
    }
}
