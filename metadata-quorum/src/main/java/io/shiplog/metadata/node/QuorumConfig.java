// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import io.shiplog.metadata.controller.ControllerSettings;
import io.shiplog.metadata.controller.JobSchedule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The configuration of a quorum node, validated. {@link Key} says what each key means; names are Kafka's where Kafka has one.
 *
 * @param voters by node id: the members of the first formation. Later ones are agreed on, not configured
 * @param self this node's own entry; of {@code voters} if it is among them
 */
public record QuorumConfig(
        int nodeId,
        SortedMap<Integer, Voter> voters,
        Voter self,
        Path dataDir,
        int electionTimeoutMinMs,
        int electionTimeoutMaxMs,
        int sessionTimeoutMs,
        int connectionGraceMs,
        int defaultPartitions,
        int defaultReplicationFactor,
        boolean balanceLeaders,
        int imbalanceCheckSeconds,
        int imbalancePercentage,
        long snapshotEntries,
        long snapshotIntervalMs,
        long preservedEntries,
        int segmentBytes,
        long reserveBytes,
        ControllerSettings.Limits limits,
        long jobRepairWaitMs) {
    private static final int MAX_VOTERS = 5;
    private static final long MAX_REPAIR_WAIT_MS = 86_400_000;
    /** What a storage node of the default heap survives: docs/decisions/0036-partitions-per-broker.md. */
    private static final int DEFAULT_PARTITIONS_PER_BROKER = 10_000;

    /** The keys, with their documentation. */
    public enum Key {
        NODE_ID("node.id", "Id of this quorum node, one of quorum.voters, or that of quorum.self. Required."),
        VOTERS(
                "quorum.voters",
                "All quorum nodes with which the cluster begins (1, 3 or 5), the same list on each: " + Voter.SYNTAX
                        + ". Required. Nodes that are added later find the quorum by it."),
        SELF(
                "quorum.self",
                "This node's own entry, id@host:raftPort:endpointPort, when it is not among quorum.voters: it takes no part in the"
                        + " first formation and waits until it is added to the quorum. Default: none."),
        DATA_DIR(
                "data.dir",
                "Directory of this node's stamp, Raft log and snapshots; created when it is missing. Required."),
        ELECTION_MIN(
                "quorum.election.timeout.min.ms",
                "A node that hears no leader for a random time between this and the next stands for election. (When the leader's process is gone, its host says so at once and nobody waits for this.) Default 500."),
        ELECTION_MAX("quorum.election.timeout.max.ms", "See quorum.election.timeout.min.ms. Default 1000."),
        SESSION_TIMEOUT(
                "broker.session.timeout.ms",
                "A storage node without a heartbeat for so long is fenced; storage nodes are told. Default 2000."),
        CONNECTION_GRACE(
                "broker.connection.grace.ms",
                "A storage node whose connection broke has so long to come back before it is fenced; a fifth of it when its host says that nobody listens where it did. Default 150."),
        DEFAULT_PARTITIONS("num.partitions", "Partitions of a topic whose creator does not say. Default 1."),
        DEFAULT_REPLICATION(
                "default.replication.factor",
                "Replicas of a topic whose creator does not say; fewer when there are fewer storage nodes. Default 3."),
        BALANCE_LEADERS(
                "auto.leader.rebalance.enable",
                "Whether leaderships are given back to the first replica of the assignment by themselves. Default true."),
        IMBALANCE_CHECK("leader.imbalance.check.interval.seconds", "How often that is looked after. Default 300."),
        IMBALANCE_PERCENTAGE(
                "leader.imbalance.per.broker.percentage",
                "A storage node gets leaderships back when others lead more than this percentage of the partitions that name it"
                        + " first. Default 10."),
        SNAPSHOT_ENTRIES(
                "metadata.log.max.entries.between.snapshots",
                "Raft entries after which a snapshot is written and the log before it removed. Default 50000."),
        SNAPSHOT_INTERVAL(
                "metadata.log.max.snapshot.interval.ms",
                "A snapshot is written at least so often when something is new. Default 600000."),
        PRESERVED_ENTRIES(
                "metadata.log.preserved.entries",
                "Raft entries kept behind a snapshot, so that a node that was away shortly need not fetch it. Default 20000."),
        SEGMENT_BYTES("metadata.log.segment.bytes", "Size of a file of the Raft log. Default 8388608."),
        RESERVE_BYTES(
                "metadata.reserve.bytes",
                "The node stops in good order when its disk has less free space than this, instead of losing its vote to a full"
                        + " disk. 0: never. Default 67108864."),
        MAX_PARTITIONS_PER_CLUSTER(
                "max.partitions.per.cluster",
                "Partitions of all topics together; what would make more is refused. Default 1000000."),
        MAX_PARTITIONS_PER_BROKER(
                "max.partitions.per.broker",
                "Partitions that one storage node may hold; a new topic is refused where it would hold more. Default 10000."),
        JOB_REPAIR_WAIT(
                "job.repair.wait.ms",
                "While a replica on a live storage node is out of sync, reassignment jobs begin nothing and copy nothing, for so long at"
                        + " most; then they go on beside the repair. 0: they do not wait. The same on each quorum node. Default 600000.");

        private final String key;
        private final String documentation;

        Key(String key, String documentation) {
            this.key = key;
            this.documentation = documentation;
        }

        public String key() {
            return key;
        }

        public String documentation() {
            return documentation;
        }
    }

    /** The names of all keys. */
    public static Set<String> keys() {
        Set<String> keys = new LinkedHashSet<>();
        for (Key key : Key.values()) {
            keys.add(key.key());
        }
        return Collections.unmodifiableSet(keys);
    }

    /**
     * Reads a configuration file.
     *
     * @throws ConfigProblem when a key is unknown or missing, or a value is not allowed
     */
    public static QuorumConfig load(Path file) {
        ConfigValues values = ConfigValues.load(file);
        values.rejectUnknown(keys());
        return of(values);
    }

    /** As {@link #load}, of values that may hold other keys too. */
    public static QuorumConfig of(ConfigValues values) {
        int nodeId = values.requiredInteger(Key.NODE_ID.key(), 0, Integer.MAX_VALUE);
        SortedMap<Integer, Voter> voters = voters(values);
        Voter self = self(values, nodeId, voters);
        int minMs = values.integer(Key.ELECTION_MIN.key(), 500, 50, 60_000);
        int maxMs = values.integer(Key.ELECTION_MAX.key(), Math.max(1_000, 2 * minMs), 51, 120_000);
        if (maxMs <= minMs) {
            throw values.problem(
                    Key.ELECTION_MAX.key(), maxMs + " must be more than quorum.election.timeout.min.ms, " + minMs);
        }
        int sessionMs = values.integer(Key.SESSION_TIMEOUT.key(), 2_000, 500, 600_000);
        return new QuorumConfig(
                nodeId,
                voters,
                self,
                Path.of(values.required(Key.DATA_DIR.key())).toAbsolutePath().normalize(),
                minMs,
                maxMs,
                sessionMs,
                values.integer(Key.CONNECTION_GRACE.key(), Math.min(150, sessionMs), 0, sessionMs),
                values.integer(Key.DEFAULT_PARTITIONS.key(), 1, 1, 10_000),
                values.integer(Key.DEFAULT_REPLICATION.key(), 3, 1, 100),
                values.flag(Key.BALANCE_LEADERS.key(), true),
                values.integer(Key.IMBALANCE_CHECK.key(), 300, 1, 86_400),
                values.integer(Key.IMBALANCE_PERCENTAGE.key(), 10, 0, 100),
                values.number(Key.SNAPSHOT_ENTRIES.key(), 50_000, 10, Integer.MAX_VALUE),
                values.number(Key.SNAPSHOT_INTERVAL.key(), 600_000, 100, Integer.MAX_VALUE),
                values.number(Key.PRESERVED_ENTRIES.key(), 20_000, 0, Integer.MAX_VALUE),
                values.integer(Key.SEGMENT_BYTES.key(), 8 << 20, 64 << 10, 1 << 30),
                values.number(Key.RESERVE_BYTES.key(), 64 << 20, 0, Long.MAX_VALUE),
                limits(values),
                values.number(Key.JOB_REPAIR_WAIT.key(), JobSchedule.DEFAULT_REPAIR_WAIT_MS, 0, MAX_REPAIR_WAIT_MS));
    }

    private static ControllerSettings.Limits limits(ConfigValues values) {
        ControllerSettings.Limits defaults = ControllerSettings.Limits.defaults();
        return new ControllerSettings.Limits(
                values.integer(Key.MAX_PARTITIONS_PER_CLUSTER.key(), defaults.partitions(), 1, Integer.MAX_VALUE),
                values.integer(
                        Key.MAX_PARTITIONS_PER_BROKER.key(), DEFAULT_PARTITIONS_PER_BROKER, 1, Integer.MAX_VALUE),
                defaults.entries());
    }

    private static Voter self(ConfigValues values, int nodeId, SortedMap<Integer, Voter> voters) {
        String text = values.string(Key.SELF.key(), "");
        if (text.isEmpty()) {
            if (!voters.containsKey(nodeId)) {
                throw values.problem(
                        Key.NODE_ID.key(),
                        nodeId + " is not among quorum.voters " + voters.values() + ", and there is no quorum.self");
            }
            return voters.get(nodeId);
        }
        try {
            Voter self = Voter.parse(text.trim());
            if (self.nodeId() == nodeId
                    && (!voters.containsKey(nodeId) || voters.get(nodeId).equals(self))) {
                return self;
            }
        } catch (IllegalArgumentException e) {
            throw values.problem(Key.SELF.key(), "\"" + text + "\" is not allowed; allowed: " + Voter.SYNTAX);
        }
        throw values.problem(
                Key.SELF.key(),
                "\"" + text + "\" is not allowed; allowed: the entry of node.id " + nodeId
                        + ", not another than the one in quorum.voters");
    }

    private static SortedMap<Integer, Voter> voters(ConfigValues values) {
        String text = values.required(Key.VOTERS.key());
        SortedMap<Integer, Voter> voters = new TreeMap<>();
        List<String> parts = new ArrayList<>(List.of(text.split(",", -1)));
        for (String part : parts) {
            try {
                Voter voter = Voter.parse(part.trim());
                voters.put(voter.nodeId(), voter);
            } catch (IllegalArgumentException e) {
                throw values.problem(Key.VOTERS.key(), "\"" + text + "\" is not allowed; allowed: " + Voter.SYNTAX);
            }
        }
        if (voters.size() != parts.size() || voters.size() % 2 == 0 || voters.size() > MAX_VOTERS) {
            throw values.problem(
                    Key.VOTERS.key(), "\"" + text + "\" is not allowed; allowed: 1, 3 or 5 different nodes");
        }
        return Collections.unmodifiableSortedMap(voters);
    }
}
