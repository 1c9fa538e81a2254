// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import java.io.File;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** Ratis' own settings. Where one differs from its default, the comment says why. */
final class RatisProperties {
    /** The largest entry of the log; a larger one makes the leader step down, so the controller splits far below it. */
    static final int APPENDER_BYTES = 4 << 20;

    private static final int MESSAGE_BYTES = 8 << 20;
    private static final int WRITE_BUFFER_BYTES = 8 << 20;
    private static final int SEGMENT_CACHE_BYTES = 32 << 20;
    private static final int PREALLOCATED_BYTES = 1 << 20;
    private static final int PENDING_BYTES = 16 << 20;

    private RatisProperties() {}

    static RaftProperties of(RatisSettings settings, int peers) {
        RaftProperties properties = new RaftProperties();
        RaftServerConfigKeys.setStorageDir(
                properties, List.of(settings.directory().toFile()));
        // Removed groups are never used here; the default is under /tmp.
        RaftServerConfigKeys.setRemovedGroupsDir(
                properties, new File(settings.directory().toFile(), "removed"));
        // Default 60 s closes the server of a process that was stopped for so long; it may simply go on as a follower.
        RaftServerConfigKeys.setCloseThreshold(properties, TimeDuration.valueOf(1, TimeUnit.DAYS));
        RaftServerConfigKeys.setStagingTimeout(properties, TimeDuration.valueOf(30, TimeUnit.SECONDS));
        elections(properties, settings, peers);
        log(properties, settings);
        snapshots(properties, settings);
        transport(properties, settings);
        return properties;
    }

    private static void elections(RaftProperties properties, RatisSettings settings, int peers) {
        TimeDuration min = millis(settings.electionTimeoutMinMs());
        TimeDuration max = millis(settings.electionTimeoutMaxMs());
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, min);
        RaftServerConfigKeys.Rpc.setTimeoutMax(properties, max);
        // Who has just started waits less for a leader. Where there is one, nobody lets him stand (pre-vote). And
        // nobody can
        // be disturbed by the election of a group of one.
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(
                properties, millis(peers == 1 ? 20 : settings.electionTimeoutMinMs() / 4));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(
                properties, peers == 1 ? millis(40) : millis(settings.electionTimeoutMinMs()));
        RaftServerConfigKeys.Rpc.setRequestTimeout(properties, millis(1_000));
        RaftServerConfigKeys.Rpc.setSlownessTimeout(properties, millis(10_000));
        // Default 10 s: so long a deposed leader would not stand again, even when nobody else can.
        RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(properties, millis(1_000));
        RaftServerConfigKeys.LeaderElection.setPreVote(properties, true);
        // A group of one that gets a second member, or a replaced disk of two, changes a majority at once.
        RaftServerConfigKeys.LeaderElection.setMemberMajorityAdd(properties, true);
        // Decisions never rest on Ratis reads; said explicitly because the documented default differs from the real
        // one.
        RaftServerConfigKeys.Read.setLeaderLeaseEnabled(properties, false);
    }

    private static void log(RaftProperties properties, RatisSettings settings) {
        RaftServerConfigKeys.Log.setSegmentSizeMax(properties, SizeInBytes.valueOf(settings.segmentBytes()));
        RaftServerConfigKeys.Log.setPreallocatedSize(
                properties, SizeInBytes.valueOf(Math.min(PREALLOCATED_BYTES, settings.segmentBytes())));
        RaftServerConfigKeys.Log.setWriteBufferSize(properties, SizeInBytes.valueOf(WRITE_BUFFER_BYTES));
        RaftServerConfigKeys.Log.setSegmentCacheNumMax(properties, 2);
        RaftServerConfigKeys.Log.setSegmentCacheSizeMax(properties, SizeInBytes.valueOf(SEGMENT_CACHE_BYTES));
        // Never WARN_AND_RETURN, which silently forgets acknowledged entries; torn tails are repaired before the start.
        RaftServerConfigKeys.Log.setCorruptionPolicy(properties, RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION);
        // Else a dead peer keeps the log from being purged for ever.
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
        RaftServerConfigKeys.Log.setPurgeGap(properties, (int)
                Math.min(1_024, Math.max(1, settings.snapshotEntries() / 2)));
        RaftServerConfigKeys.Log.setPurgePreservationLogNum(properties, settings.preservedEntries());
        // Default: after a few failures a peer that is back waits up to 5 s for the leader, and cannot be elected
        // meanwhile.
        RaftServerConfigKeys.Log.Appender.setRetryPolicy(properties, "1ms,10, 100ms,1000000000");
        // Default 1 ms between two appends: that gathers entries, which our rounds have done already
        // (docs/measurements.md).
        RaftServerConfigKeys.Log.Appender.setWaitTimeMin(properties, TimeDuration.ZERO);
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(properties, SizeInBytes.valueOf(APPENDER_BYTES));
        RaftServerConfigKeys.Write.setByteLimit(properties, SizeInBytes.valueOf(PENDING_BYTES));
    }

    private static void snapshots(RaftProperties properties, RatisSettings settings) {
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, true);
        RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(properties, settings.snapshotEntries());
        RaftServerConfigKeys.Snapshot.setCreationGap(properties, 1);
        // The writer has its own thread; a stop does not wait for it, the log is there.
        RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(properties, false);
        RaftServerConfigKeys.Snapshot.setRetentionFileNum(properties, 3);
    }

    private static void transport(RaftProperties properties, RatisSettings settings) {
        // Binds before a vote or an entry leaves: see DurableVotes.
        properties.set("raft.rpc.type", DurableVotes.class.getName());
        GrpcConfigKeys.Server.setHost(properties, settings.bindHost());
        GrpcConfigKeys.Server.setPort(properties, settings.bindPort());
        // No event loops of its own, so gRPC's, which all channels share: Ratis waits two seconds for the end of its
        // own
        // ones.
        GrpcConfigKeys.Server.setWorkerGroupSize(properties, 0);
        GrpcConfigKeys.Client.setWorkerGroupSize(properties, 0);
        GrpcConfigKeys.setMessageSizeMax(properties, SizeInBytes.valueOf(MESSAGE_BYTES));
        // Heartbeats do not queue behind a slow append.
        GrpcConfigKeys.Server.setHeartbeatChannel(properties, true);
    }

    private static TimeDuration millis(long ms) {
        return TimeDuration.valueOf(ms, TimeUnit.MILLISECONDS);
    }
}
