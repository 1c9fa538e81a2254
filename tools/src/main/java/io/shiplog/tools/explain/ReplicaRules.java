// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.proto.DescribeNodeResponse;
import io.shiplog.metadata.proto.DirectoryState;
import io.shiplog.metadata.proto.FollowerReport;
import io.shiplog.metadata.proto.ReplicaReport;
import io.shiplog.tools.text.Units;

/**
 * Why one replica is not in sync: the first of these that is so. Its node; its disk; its log; what holds it back; how far behind it is. Pure.
 */
final class ReplicaRules {
    private final Facts facts;
    private final NodeRules nodes;
    private final JobRules jobs;
    private final ThrottleRules throttles;

    ReplicaRules(Facts facts) {
        this.facts = facts;
        this.nodes = new NodeRules(facts);
        this.jobs = new JobRules(facts);
        this.throttles = new ThrottleRules(facts);
    }

    /** The cause, as it matters to this partition. */
    Finding cause(Standing standing, int node) {
        Finding.Builder found = nodes.trouble(node);
        if (found == null) {
            found = onDisk(standing, node);
        }
        if (found == null) {
            found = behind(standing, node);
        }
        Finding cause = found.build();
        boolean noteOnly = cause.severity() == Severity.NOTE && !standing.leaderless() && !standing.belowMinIsr();
        Finding.Builder placed =
                cause.as(cause.severity() == Severity.CRITICAL || noteOnly ? cause.severity() : standing.severity());
        if (cause.sinceMs() == Finding.UNKNOWN) {
            placed.since(facts.timeline().outSince(standing.name(), node));
        }
        return cause.waitReason().isEmpty() ? standing.weigh(placed).build() : placed.build();
    }

    private Finding.Builder onDisk(Standing standing, int node) {
        PartitionId id = standing.id();
        ReplicaReport report = facts.replica(node, id);
        if (report == null) {
            return null;
        }
        if (report.getRole() == ReplicaReport.Role.OPENING) {
            return about(Cause.LOG_RECOVERY, Severity.NOTE, standing, node, "is opening its log after an unclean stop")
                    .remedy("nothing: it follows when its log is open");
        }
        DirectoryState directory = facts.directory(node, id);
        Finding.Builder disk =
                directory == null ? lostDirectory(node, report) : DirectoryRules.of(facts, node, directory);
        if (disk != null && !isSlowOnly(directory)) {
            return disk.why(report.getProblem());
        }
        if (report.getDamagedFrom() >= 0) {
            return DirectoryRules.damaged(facts, node, id, report.getDamagedFrom())
                    .why(report.getProblem());
        }
        if (report.getRole() == ReplicaReport.Role.OFFLINE) {
            return about(Cause.REPLICA_STOPPED, Severity.WARNING, standing, node, "has stopped: " + report.getProblem())
                    .remedy("docs/operations.md, \"A replica that stops\"; a restart of node " + node + " tries again");
        }
        return null;
    }

    private static boolean isSlowOnly(DirectoryState directory) {
        return directory != null
                && directory.getState() == DirectoryState.State.ONLINE
                && !directory.getFull()
                && !directory.getHung();
    }

    /** A replica that is not there, or offline, on a node that lacks a directory. */
    private Finding.Builder lostDirectory(int node, ReplicaReport report) {
        DescribeNodeResponse told = facts.node(node);
        boolean gone =
                report.getRole() == ReplicaReport.Role.NOT_HERE || report.getRole() == ReplicaReport.Role.OFFLINE;
        if (told == null || !gone) {
            return null;
        }
        for (DirectoryState each : told.getDirectoriesList()) {
            if (each.getState() != DirectoryState.State.ONLINE) {
                return DirectoryRules.of(facts, node, each);
            }
        }
        return null;
    }

    private Finding.Builder behind(Standing standing, int node) {
        PartitionId id = standing.id();
        FollowerReport seen = facts.follower(standing.partition().leader(), node, id);
        JobImage job = facts.image().jobs().jobOf(id.topicId(), id.partition());
        Finding.Builder stopped = job == null ? null : jobs.stopped(job);
        if (stopped != null) {
            return stopped.node(node);
        }
        Finding.Builder throttled = throttled(standing, node, seen, job);
        if (throttled != null) {
            return throttled;
        }
        DirectoryState directory = facts.directory(node, id);
        if (directory != null && directory.getSlow()) {
            return DirectoryRules.of(facts, node, directory).why(sentence(node, seen));
        }
        return seen == null ? unseen(standing, node) : seen(standing, node, seen);
    }

    private Finding.Builder throttled(Standing standing, int node, FollowerReport seen, JobImage job) {
        ReplicaReport report = facts.replica(node, standing.id());
        boolean atLeader = seen != null && seen.getCause().equals("THROTTLED");
        boolean atFollower =
                report != null && report.getThrottledAsFollower() && throttles.followerRate(node) < Long.MAX_VALUE;
        if (!atLeader && !atFollower) {
            return null;
        }
        String evidence = sentence(node, seen);
        if (job != null) {
            return about(Cause.THROTTLED, Severity.NOTE, standing, node, "is throttled by job " + job.id())
                    .why(evidence)
                    .remedy("bin/shiplog reassign status " + job.id() + " shows rate and end")
                    .waiting(true, "the throttle ends with the job");
        }
        if (throttles.isLeftOver(standing.topic())) {
            return throttles.heldBack(standing.topic(), node, evidence);
        }
        int leader = standing.partition().leader();
        long rate = Math.min(throttles.followerRate(node), throttles.leaderRate(leader));
        return about(
                        Cause.THROTTLED,
                        Severity.NOTE,
                        standing,
                        node,
                        "is throttled to " + Units.rate((double) rate) + " while it is reassigned")
                .why(evidence)
                .why(eta(standing, seen, rate))
                .remedy("kafka-reassign-partitions --verify takes the throttle back when it is done");
    }

    private Finding.Builder unseen(Standing standing, int node) {
        int leader = standing.partition().leader();
        Finding.Builder found =
                about(Cause.UNKNOWN, Severity.WARNING, standing, node, "is not in sync, and nobody says why");
        if (leader < 0) {
            return found.why("there is no leader that it could follow");
        }
        BrokerImage broker = facts.image().broker(leader);
        var answer = facts.nodes().get(leader);
        String why = answer == null || answer.answered() ? "it has just changed" : answer.why();
        return found.why("the leader, node " + leader + ", does not tell: " + why)
                .remedy("ask again; the log of node " + leader + (broker == null ? "" : " on " + facts.host(leader))
                        + " has a line when a replica leaves the ISR");
    }

    private Finding.Builder seen(Standing standing, int node, FollowerReport seen) {
        ReplicaReport report = facts.replica(node, standing.id());
        Finding.Builder found = switch (seen.getCause()) {
            case "SLOW_FLUSH" ->
                about(
                                Cause.DISK_SLOW,
                                Severity.WARNING,
                                standing,
                                node,
                                "has the records, but not on its disk: the disk is slow")
                        .remedy("on " + facts.host(node) + ": iostat -x 1, dmesg | tail")
                        .remedy(Remedies.maintenance(node));
            case "CATCHING_UP", "SHIPPING" ->
                about(Cause.CATCHING_UP, Severity.NOTE, standing, node, "is catching up")
                        .why(
                                report != null && report.getShipping()
                                        ? Units.bytes(report.getShippedBytes()) + " have come as whole segments by now"
                                        : "")
                        .why(eta(standing, seen, seen.getBytesPerSecond()))
                        .remedy("nothing: it joins by itself");
            case "DIVERGED" ->
                about(Cause.DIVERGED, Severity.WARNING, standing, node, "has another history, and has to cut its log")
                        .remedy("nothing: it does so by itself; if it stays so, docs/operations.md");
            case "REFUSED", "EPOCH_MISMATCH" ->
                about(Cause.REFUSED, Severity.WARNING, standing, node, "is refused by its leader")
                        .remedy("ask again: late metadata pass; if it stays so, the logs of both nodes");
            case "NEVER_FETCHED", "NO_FETCH" ->
                about(Cause.NOT_FETCHING, Severity.WARNING, standing, node, "runs, but does not fetch from its leader")
                        .remedy("look at the network from node " + node + " to node "
                                + standing.partition().leader() + ", and at the log of node " + node);
            default ->
                about(Cause.JOINING, Severity.NOTE, standing, node, "has caught up, and waits to be taken in")
                        .remedy("nothing: the controller takes it in");
        };
        if (report != null && !report.getProblem().isEmpty()) {
            found.why("it says: " + report.getProblem());
        }
        return found.why(sentence(node, seen));
    }

    /** When it will be there at this rate; empty when nobody can tell. */
    private String eta(Standing standing, FollowerReport seen, long bytesPerSecond) {
        ReplicaReport leader = facts.replica(standing.partition().leader(), standing.id());
        if (leader == null || seen == null || seen.getRecords() < 0) {
            return "";
        }
        long records = Math.max(1, leader.getLogEndOffset() - leader.getLogStartOffset());
        double bytes = (double) leader.getBytes() / records * seen.getRecords();
        String left = Units.count(seen.getRecords()) + " records are missing, about " + Units.bytes(Math.round(bytes));
        return bytesPerSecond <= 0
                ? left
                : left + ": some " + Units.duration(Math.round(bytes / bytesPerSecond * 1_000)) + " at "
                        + Units.rate((double) bytesPerSecond);
    }

    private static String sentence(int node, FollowerReport seen) {
        return seen == null ? "" : "its leader says of " + node + ": " + seen.getSentence();
    }

    private Finding.Builder about(Cause cause, Severity severity, Standing standing, int node, String what) {
        return Finding.of(
                        cause,
                        severity,
                        standing.name(),
                        "the replica of " + standing.name() + " on node " + node + " " + what)
                .node(node);
    }
}
