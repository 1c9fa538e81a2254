// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.admin;

import io.shiplog.metadata.client.Lease;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.model.SoftwareVersion;
import io.shiplog.metadata.proto.DamageState;
import io.shiplog.metadata.proto.DescribeNodeResponse;
import io.shiplog.metadata.proto.DirectoryState;
import io.shiplog.metadata.proto.JobRateState;
import io.shiplog.metadata.proto.NodeHealth;
import io.shiplog.metadata.proto.RateLimitState;
import io.shiplog.replication.runtime.JobLimits;
import io.shiplog.replication.runtime.RateLimit;
import io.shiplog.replication.runtime.ReplicationThrottles;
import io.shiplog.server.adapter.LogDirectories;
import io.shiplog.storage.log.DiskSpace;
import io.shiplog.storage.log.LogDamage;
import io.shiplog.storage.log.LogDirectory;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;

/** Who a node is and how it is, but for its replicas: from what may be read on any thread, without asking a disk. */
final class NodeReport {
    private static final int MAX_DAMAGES = 100;
    private static final long UNKNOWN = -1;
    private static final long NS_PER_MS = 1_000_000;

    private final int nodeId;
    private final Uuid incarnationId;
    private final LongSupplier brokerEpoch;
    private final Supplier<MetadataImage> image;
    private final Lease lease;
    private final LogDirectories directories;
    private final ReplicationThrottles throttles;
    private final Supplier<NodeJudgement> judgement;
    private final long startedNs = System.nanoTime();

    NodeReport(
            int nodeId,
            Uuid incarnationId,
            LongSupplier brokerEpoch,
            Supplier<MetadataImage> image,
            Lease lease,
            LogDirectories directories,
            ReplicationThrottles throttles,
            Supplier<NodeJudgement> judgement) {
        this.nodeId = nodeId;
        this.incarnationId = incarnationId;
        this.brokerEpoch = brokerEpoch;
        this.image = image;
        this.lease = lease;
        this.directories = directories;
        this.throttles = throttles;
        this.judgement = judgement;
    }

    int nodeId() {
        return nodeId;
    }

    /** Empty before it is known. */
    String clusterId() {
        return image.get().clusterId();
    }

    long metadataOffset() {
        return image.get().offset();
    }

    DescribeNodeResponse.Builder now() {
        long nowNs = System.nanoTime();
        NodeJudgement judged = judgement.get();
        DescribeNodeResponse.Builder answer = DescribeNodeResponse.newBuilder()
                .setNodeId(nodeId)
                .setBrokerEpoch(brokerEpoch.getAsLong())
                .setClusterId(clusterId())
                .setIncarnationId(Uuids.toBytes(incarnationId))
                .setVersion(SoftwareVersion.TEXT)
                .setWallClockMs(System.currentTimeMillis())
                .setUptimeMs((nowNs - startedNs) / NS_PER_MS)
                .setMetadataOffset(metadataOffset())
                .setLeaseRemainingMs(lease.remainingMs(nowNs))
                .setHealth(NodeHealth.newBuilder()
                        .setLoopStalled(judged.loopStalled())
                        .setAsksToBeFenced(judged.asksToBeFenced())
                        .setDegraded(judged.degraded()))
                .setAsLeader(limit(throttles.asLeader()))
                .setAsFollower(limit(throttles.asFollower()));
        directories.all().forEach(directory -> answer.addDirectories(directory(directory, judged)));
        directories.leftOut().forEach(path -> answer.addDirectories(leftOut(path)));
        throttles.jobs().open().forEach(limits -> answer.addJobs(job(limits)));
        return answer;
    }

    private static JobRateState.Builder job(JobLimits limits) {
        JobRateState.Kind kind = limits.isAdaptive() ? JobRateState.Kind.ADAPTIVE : JobRateState.Kind.FIXED;
        return JobRateState.newBuilder()
                .setJobId(limits.jobId())
                .setKind(limits.isHeld() ? JobRateState.Kind.HELD : kind)
                .setAsLeader(limit(limits.asLeader()))
                .setAsFollower(limit(limits.asFollower()));
    }

    private static RateLimitState.Builder limit(RateLimit limit) {
        return RateLimitState.newBuilder()
                .setBytesPerSecond(limit.isLimited() ? limit.rate() : UNKNOWN)
                .setPassedBytes(limit.passedBytes())
                .setWaits(limit.waits());
    }

    private DirectoryState leftOut(Path path) {
        return DirectoryState.newBuilder()
                .setPath(path.toString())
                .setState(DirectoryState.State.LEFT_OUT)
                .setReason(directories.failure(path).orElse("it could not be used when the node started"))
                .setTotalBytes(UNKNOWN)
                .setUsableBytes(UNKNOWN)
                .setReserveBytes(UNKNOWN)
                .build();
    }

    private DirectoryState directory(LogDirectory directory, NodeJudgement judged) {
        DiskSpace.Look look = directory.space().lastLook();
        DirectoryState.Builder state = DirectoryState.newBuilder()
                .setPath(directory.path().toString())
                .setTotalBytes(look.totalBytes())
                .setUsableBytes(look.usableBytes())
                .setReserveBytes(look.reserveBytes())
                .setFull(directory.space().isFull())
                .setSlow(judged.disk(directory.path()).slow())
                .setHung(judged.disk(directory.path()).hung())
                .setSyncP99Ms(directory.syncTimes().syncP99Ms())
                .setAppendP99Ms(directory.syncTimes().appendP99Ms())
                .setLogs(directory.logCount())
                .setDamagesFound(directory.damagesFound());
        if (directory.isOffline()) {
            state.setState(DirectoryState.State.OFFLINE)
                    .setReason(directories.failure(directory.path()).orElse("its disk failed"));
        }
        List<LogDamage> damages = directory.damages();
        damages.subList(0, Math.min(damages.size(), MAX_DAMAGES))
                .forEach(damage -> state.addDamages(DamageState.newBuilder()
                        .setTopicId(Uuids.toBytes(damage.partition().topicId()))
                        .setPartition(damage.partition().partition())
                        .setSegmentBase(damage.segmentBase())
                        .setReason(damage.reason())));
        return state.build();
    }
}
