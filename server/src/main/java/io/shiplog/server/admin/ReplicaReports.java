// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.admin;

import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.DescribeReplicasResponse;
import io.shiplog.metadata.proto.FollowerReport;
import io.shiplog.metadata.proto.ReplicaCounts;
import io.shiplog.metadata.proto.ReplicaReport;
import io.shiplog.replication.core.ReplicaView;
import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ReplicaSet;
import io.shiplog.replication.runtime.ReplicaStatus;
import io.shiplog.server.adapter.LogDirectories;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Reports of replicas, put together on the loop that owns them, some in a turn so that nobody else waits for long. */
final class ReplicaReports {
    private static final int IN_A_TURN = 100;
    private static final int COUNTED_IN_A_TURN = 5_000;
    private static final long UNKNOWN = -1;

    private final ReplicaSet replicas;
    private final LogDirectories directories;
    private final EventLoop loop;

    ReplicaReports(ReplicaSet replicas, LogDirectories directories, EventLoop loop) {
        this.replicas = replicas;
        this.directories = directories;
        this.loop = loop;
    }

    /** What escapes a task of the loop stops the node; a look that fails is no reason for that. */
    private void inATurn(CompletableFuture<?> result, Runnable turn) {
        loop.execute(() -> {
            try {
                turn.run();
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
    }

    /** The reports of these partitions, in their order. Any thread; completes on the loop. */
    CompletableFuture<DescribeReplicasResponse> of(List<PartitionId> partitions) {
        CompletableFuture<DescribeReplicasResponse> result = new CompletableFuture<>();
        DescribeReplicasResponse.Builder answer = DescribeReplicasResponse.newBuilder();
        inATurn(result, () -> some(partitions, 0, answer, result));
        return result;
    }

    private void some(
            List<PartitionId> partitions,
            int from,
            DescribeReplicasResponse.Builder answer,
            CompletableFuture<DescribeReplicasResponse> result) {
        int to = Math.min(partitions.size(), from + IN_A_TURN);
        partitions.subList(from, to).forEach(id -> answer.addReplicas(report(id)));
        if (to < partitions.size()) {
            inATurn(result, () -> some(partitions, to, answer, result));
        } else {
            result.complete(answer.build());
        }
    }

    /** How many replicas there are of which kind. Any thread; completes on the loop. */
    CompletableFuture<ReplicaCounts> counts() {
        CompletableFuture<ReplicaCounts> result = new CompletableFuture<>();
        inATurn(result, () -> count(replicas.all(), 0, ReplicaCounts.newBuilder(), result));
        return result;
    }

    private void count(
            List<Replica> all, int from, ReplicaCounts.Builder counts, CompletableFuture<ReplicaCounts> result) {
        int to = Math.min(all.size(), from + COUNTED_IN_A_TURN);
        for (Replica replica : all.subList(from, to)) {
            count(replica, counts);
        }
        if (to < all.size()) {
            inATurn(result, () -> count(all, to, counts, result));
        } else {
            result.complete(counts.build());
        }
    }

    private static void count(Replica replica, ReplicaCounts.Builder counts) {
        if (replica.isOffline() || replica.stoppedBecause() != null) {
            counts.setOffline(counts.getOffline() + 1);
        } else if (replica.isLeader()) {
            counts.setLed(counts.getLed() + 1);
        } else if (replica.isFollower()) {
            counts.setFollowed(counts.getFollowed() + 1);
        } else {
            counts.setIdle(counts.getIdle() + 1);
        }
        if (replica.repair().isNeeded()) {
            counts.setUnsound(counts.getUnsound() + 1);
        }
        if (replica.throttle().isNamed()) {
            counts.setThrottleNamed(counts.getThrottleNamed() + 1);
        }
    }

    private ReplicaReport report(PartitionId id) {
        ReplicaReport.Builder report = ReplicaReport.newBuilder()
                .setTopicId(Uuids.toBytes(id.topicId()))
                .setPartition(id.partition());
        Replica replica = replicas.get(id.topicId(), id.partition());
        if (replica == null) {
            return report.setRole(directories.isHeldBack(id) ? ReplicaReport.Role.OPENING : ReplicaReport.Role.NOT_HERE)
                    .build();
        }
        ReplicaStatus status = replica.status();
        Path directory = directories.pathOf(id);
        report.setRole(role(status.role()))
                .setInRoleMs(loop.nowMs() - status.roleSinceMs())
                .setLeaderId(replica.leaderId())
                .setLeaderEpoch(replica.leaderEpoch())
                .setLogStartOffset(status.logStartOffset())
                .setLogEndOffset(status.logEndOffset())
                .setFlushedOffset(status.flushedOffset())
                .setHighWatermark(status.highWatermark())
                .setLastEpoch(replica.log().latestEpoch())
                .setBytes(replica.log().sizeBytes())
                .setSegments(replica.log().segmentCount())
                .setDirectory(directory == null ? "" : directory.toString())
                .setProblem(status.problem() == null ? "" : status.problem())
                .setDamagedFrom(replica.repair().damagedFrom())
                .setThrottledAsLeader(replica.throttle().isNamedAsLeader())
                .setThrottledAsFollower(replica.throttle().isNamedAsFollower())
                .setShipping(status.shipment() != null);
        if (status.shipment() != null) {
            report.setShippedBytes(status.shipment().adoptedBytes())
                    .setShipToOffset(status.shipment().endOffset());
        }
        status.followers().forEach(each -> report.addFollowers(follower(each)));
        return report.build();
    }

    private static ReplicaReport.Role role(ReplicaStatus.Role role) {
        return switch (role) {
            case IDLE -> ReplicaReport.Role.IDLE;
            case LEADER -> ReplicaReport.Role.LEADER;
            case FOLLOWER -> ReplicaReport.Role.FOLLOWER;
            case OFFLINE -> ReplicaReport.Role.OFFLINE;
        };
    }

    private FollowerReport follower(ReplicaView view) {
        long nowMs = loop.nowMs();
        return FollowerReport.newBuilder()
                .setNodeId(view.id())
                .setInIsr(view.inIsr())
                .setStanding(view.standing().name())
                .setCause(view.lag().cause().name())
                .setSinceMs(nowMs - view.lag().sinceMs())
                .setRecords(view.lag().records())
                .setBytesPerSecond(view.lag().bytesPerSecond())
                .setError(view.lag().error().code())
                .setSentence(view.lag().sentence(nowMs))
                .setFetchOffset(view.fetchOffset())
                .setLastFetchMs(view.lastFetchMs() < 0 ? UNKNOWN : nowMs - view.lastFetchMs())
                .build();
    }
}
