// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.HeldTopic;
import io.shiplog.metadata.proto.LogDirReport;
import io.shiplog.metadata.proto.RegisterBrokerCommand;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.Uuid;

/**
 * Which replicas of a broker lie on disks that it had in its life before and that took part in it. A disk that does not know of that life is
 * an old image, or had been away: what it holds may have been overtaken. When every disk of that life is there, and up to date, all replicas are where they were.
 */
final class ReportedDisks {
    private final boolean whole;
    private final Map<Uuid, BitSet> held = new HashMap<>();

    private ReportedDisks(boolean whole) {
        this.whole = whole;
    }

    /** @param existing the broker as it registered last; null when it never did, or was forgotten */
    static ReportedDisks of(BrokerImage existing, RegisterBrokerCommand command) {
        if (existing == null) {
            return new ReportedDisks(false);
        }
        Set<Uuid> present = new HashSet<>(Uuids.fromBytes(command.getDirectoryIdsList()));
        for (LogDirReport report : command.getLogDirsList()) {
            if (!isCurrent(report, existing)) {
                present.remove(Uuids.fromBytes(report.getDirectoryId()));
            }
        }
        ReportedDisks disks = new ReportedDisks(present.containsAll(existing.directoryIds()));
        if (!disks.whole) {
            present.retainAll(existing.directoryIds());
            command.getLogDirsList().stream()
                    .filter(report -> present.contains(Uuids.fromBytes(report.getDirectoryId())))
                    .forEach(disks::add);
        }
        return disks;
    }

    private static boolean isCurrent(LogDirReport report, BrokerImage existing) {
        List<Uuid> incarnations = Uuids.fromBytes(report.getIncarnationsList());
        return incarnations.isEmpty() || incarnations.contains(existing.incarnationId());
    }

    private void add(LogDirReport report) {
        for (HeldTopic topic : report.getHeldList()) {
            held.computeIfAbsent(Uuids.fromBytes(topic.getTopicId()), any -> new BitSet())
                    .or(BitSet.valueOf(topic.getPartitions().toByteArray()));
        }
    }

    /** Whether the replica lies where it lay. */
    boolean hold(Uuid topicId, int partition) {
        if (whole) {
            return true;
        }
        BitSet partitions = held.get(topicId);
        return partitions != null && partitions.get(partition);
    }
}
