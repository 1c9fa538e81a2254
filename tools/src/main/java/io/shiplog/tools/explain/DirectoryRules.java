// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.DamageState;
import io.shiplog.metadata.proto.DescribeNodeResponse;
import io.shiplog.metadata.proto.DirectoryState;
import io.shiplog.tools.text.Units;
import java.util.ArrayList;
import java.util.List;

/** What is wrong with the disks of a node that answers. Pure. */
final class DirectoryRules {
    private DirectoryRules() {}

    /** Of every directory of a node that something is wrong with. */
    static List<Finding.Builder> of(Facts facts, int node) {
        DescribeNodeResponse told = facts.node(node);
        List<Finding.Builder> found = new ArrayList<>();
        if (told != null) {
            for (DirectoryState directory : told.getDirectoriesList()) {
                Finding.Builder trouble = of(facts, node, directory);
                if (trouble != null) {
                    found.add(trouble);
                }
            }
        }
        return found;
    }

    /** Why a disk does not do its part; null when it does. */
    static Finding.Builder of(Facts facts, int node, DirectoryState directory) {
        if (directory.getState() != DirectoryState.State.ONLINE) {
            return offline(facts, node, directory);
        }
        if (directory.getHung()) {
            return hung(facts, node, directory);
        }
        if (directory.getFull()) {
            return full(facts, node, directory);
        }
        return directory.getSlow() ? slow(facts, node, directory) : null;
    }

    private static Finding.Builder offline(Facts facts, int node, DirectoryState directory) {
        String when = directory.getState() == DirectoryState.State.LEFT_OUT
                ? "could not be used when the node started"
                : "failed while the node ran";
        return about(Cause.DIRECTORY_OFFLINE, node, directory, "of node " + node + " is offline")
                .why("it " + when + ": " + directory.getReason())
                .remedy("on " + facts.host(node) + ": dmesg | tail, and mount or replace the disk of "
                        + directory.getPath())
                .remedy("then restart node " + node
                        + ": it takes the directory up again, or fetches its replicas when it is new and empty")
                .remedy(Remedies.leaveDirectory(node, directory.getPath()));
    }

    static Finding.Builder hung(Facts facts, int node, DirectoryState directory) {
        return about(Cause.DISK_HUNG, node, directory, "of node " + node + " hangs: a sync to disk does not end")
                .why("node " + node + " says so itself, and asks to be fenced until it ends")
                .remedy("on " + facts.host(node) + ": dmesg | tail, iostat -x 1; look at the disk of "
                        + directory.getPath())
                .remedy(
                        "when it does not come back: kill -9 the process, and start it without that directory in log.dirs");
    }

    private static Finding.Builder full(Facts facts, int node, DirectoryState directory) {
        String path = directory.getPath();
        String reserve = directory.getReserveBytes() > 0
                ? ", and " + Units.bytes(directory.getReserveBytes()) + " are kept free (disk.reserve.bytes)"
                : "";
        return about(Cause.DISK_FULL, node, directory, "of node " + node + " is full: it takes no records")
                .why(Units.bytes(Math.max(0, directory.getUsableBytes())) + " of "
                        + Units.bytes(Math.max(0, directory.getTotalBytes())) + " are left" + reserve)
                .remedy("on " + facts.host(node) + ": df -h " + path + "; du -xh --max-depth=1 " + path
                        + " | sort -h: make room, records are taken again by themselves")
                .remedy("or keep less: lower retention.bytes or retention.ms of large topics")
                .remedy("or " + Remedies.leaveDirectory(node, path));
    }

    private static Finding.Builder slow(Facts facts, int node, DirectoryState directory) {
        return about(Cause.DISK_SLOW, node, directory, "of node " + node + " is slow")
                .why("lately 99 of 100 syncs took up to " + directory.getSyncP99Ms() + " ms, and appends "
                        + directory.getAppendP99Ms() + " ms")
                .why("leaderships are moved to nodes that are well, where there are in-sync replicas")
                .remedy(
                        "on " + facts.host(node)
                                + ": iostat -x 1 and dmesg | tail: another load on the disk, or a disk that is failing (smartctl -a)")
                .remedy(Remedies.maintenance(node));
    }

    /** Of segments in which something is not sound, a finding for each partition. */
    static List<Finding.Builder> damages(Facts facts, int node) {
        List<Finding.Builder> found = new ArrayList<>();
        DescribeNodeResponse told = facts.node(node);
        if (told == null) {
            return found;
        }
        for (DirectoryState directory : told.getDirectoriesList()) {
            for (DamageState damage : directory.getDamagesList()) {
                TopicImage topic = facts.image().topic(Uuids.fromBytes(damage.getTopicId()));
                if (topic != null && damage.getPartition() < topic.partitionCount()) {
                    found.add(damaged(
                                    facts,
                                    node,
                                    new PartitionId(topic.id(), damage.getPartition()),
                                    damage.getSegmentBase())
                            .why("segment " + damage.getSegmentBase() + ": " + damage.getReason()));
                }
            }
        }
        return found;
    }

    /** A replica in whose log something is not sound. */
    static Finding.Builder damaged(Facts facts, int node, PartitionId id, long segmentBase) {
        Standing standing = Standing.of(facts.image(), facts.image().topic(id.topicId()), id.partition());
        boolean others = standing.partition().isrSize() > (standing.partition().inIsr(node) ? 1 : 0);
        Finding.Builder found = Finding.of(
                        Cause.CORRUPT_SEGMENT,
                        others ? Severity.WARNING : Severity.CRITICAL,
                        standing.name(),
                        "a segment of " + standing.name() + " is corrupt on node " + node + " (from offset "
                                + segmentBase + " on)")
                .node(node);
        if (others) {
            return found.remedy(
                            "nothing: it is set aside and fetched again from a replica that is sound; the log of node "
                                    + node + " says when it is done")
                    .remedy("when it comes again: smartctl -a on " + facts.host(node) + ", the disk may be failing")
                    .waiting(true, "another replica in sync has the same records");
        }
        return found.remedy("bring the other replicas back (" + Standing.ids(others(standing, node))
                        + "): it is repaired from one that has these records")
                .remedy(
                        "if they are lost: consumers seek behind the damage, or kafka-delete-records to an offset behind it"
                                + " (docs/corruption.md)")
                .waiting(false, "no other replica is in sync: this is the only copy that counts");
    }

    private static int[] others(Standing standing, int node) {
        return java.util.Arrays.stream(standing.partition().replicas())
                .filter(each -> each != node)
                .toArray();
    }

    private static Finding.Builder about(Cause cause, int node, DirectoryState directory, String what) {
        return Finding.of(
                        cause,
                        Severity.WARNING,
                        "node " + node + ":" + directory.getPath(),
                        "log directory " + directory.getPath() + " " + what)
                .node(node);
    }
}
