// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.metrics;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.JobState;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.MoveState;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * The numbers of a quorum node, by name: {@code KafkaController.<name>} and {@code raft-metrics.<name>} as Kafka has them (its
 * {@code QuorumControllerMetrics}, {@code ControllerMetadataMetrics} and {@code KafkaRaftMetrics}); what Kafka gives as a rate is a count here,
 * and what it gives as a histogram is its quantiles. {@code shiplog-jobs.<name>} are ours. Reading one costs no walk over partitions or topics. Any thread.
 */
public final class ControllerMetrics {
    private static final String CONTROLLER = "KafkaController.";
    private static final String RAFT = "raft-metrics.";
    private static final String JOBS = "shiplog-jobs.";
    private static final double MEDIAN = 0.5;
    private static final double P99 = 0.99;

    /** What the numbers are read from. Any thread. */
    public interface Source {
        MetadataImage image();

        boolean isActiveController();

        /** 0: nothing yet, 1: leader, 2: candidate, 3: follower. */
        int raftState();

        long term();

        int leaderId();

        int voters();

        /** Index of the last entry that is agreed on; -1 for none. */
        long commitIndex();

        /** Index of the last entry of this node's log; -1 for none. */
        long lastIndex();

        long wallClockMs();
    }

    private final Source source;
    private final ControllerEvents events;
    private final SortedMap<String, LongSupplier> values = new TreeMap<>();

    public ControllerMetrics(Source source, ControllerEvents events) {
        this.source = source;
        this.events = events;
        brokers();
        partitions();
        controller();
        raft();
        jobs();
    }

    /** All of them, by name. */
    public SortedMap<String, LongSupplier> values() {
        return Collections.unmodifiableSortedMap(values);
    }

    private void brokers() {
        values.put(CONTROLLER + "ActiveBrokerCount", () -> count(broker -> !broker.fenced()));
        values.put(CONTROLLER + "FencedBrokerCount", () -> count(BrokerImage::fenced));
        values.put(
                CONTROLLER + "ControlledShutdownBrokerCount",
                () -> count(broker -> !broker.fenced() && broker.inControlledShutdown()));
        values.put(CONTROLLER + "TimedOutBrokerHeartbeatCount", events::timedOutHeartbeats);
    }

    private long count(Predicate<BrokerImage> which) {
        return source.image().brokers().stream().filter(which).count();
    }

    private void partitions() {
        values.put(
                CONTROLLER + "GlobalTopicCount", () -> source.image().topics().size());
        values.put(
                CONTROLLER + "GlobalPartitionCount",
                () -> source.image().partitionCounts().partitions());
        values.put(
                CONTROLLER + "OfflinePartitionsCount",
                () -> source.image().partitionCounts().offline());
        values.put(
                CONTROLLER + "PreferredReplicaImbalanceCount",
                () -> source.image().partitionCounts().notOnPreferredLeader());
        values.put(CONTROLLER + "UncleanLeaderElectionsPerSec", events::uncleanElections);
        values.put(CONTROLLER + "ElectionFromEligibleLeaderReplicasPerSec", events::electionsFromElr);
    }

    private void controller() {
        values.put(CONTROLLER + "ActiveControllerCount", () -> source.isActiveController() ? 1 : 0);
        values.put(CONTROLLER + "NewActiveControllersCount", events::newActiveControllers);
        values.put(CONTROLLER + "MetadataErrorCount", events::metadataErrors);
        values.put(CONTROLLER + "LastAppliedRecordOffset", () -> source.image().offset() - 1);
        values.put(CONTROLLER + "LastAppliedRecordTimestamp", events::appliedAtMs);
        values.put(CONTROLLER + "LastAppliedRecordLagMs", this::appliedLagMs);
        latencies(CONTROLLER + "EventQueueTimeMs", events.queueTime());
        latencies(CONTROLLER + "EventQueueProcessingTimeMs", events.processingTime());
    }

    /** As Kafka has it: nothing on the active controller, else how old the last applied record is. */
    private long appliedLagMs() {
        long appliedAtMs = events.appliedAtMs();
        return source.isActiveController() || appliedAtMs == 0 ? 0 : source.wallClockMs() - appliedAtMs;
    }

    private void raft() {
        values.put(RAFT + "current-state", source::raftState);
        values.put(RAFT + "current-epoch", source::term);
        values.put(RAFT + "current-leader", source::leaderId);
        values.put(RAFT + "number-of-voters", source::voters);
        values.put(RAFT + "high-watermark", () -> source.commitIndex() + 1);
        values.put(RAFT + "log-end-offset", () -> source.lastIndex() + 1);
        latencies(RAFT + "commit-latency", events.commitTime());
    }

    /** Of jobs that have not ended. */
    private void jobs() {
        values.put(JOBS + "OpenJobCount", () -> source.image().jobs().open().size());
        values.put(JOBS + "PausedJobCount", () -> jobs(job -> job.state() == JobState.PAUSED));
        values.put(JOBS + "HeldJobCount", () -> jobs(job -> job.heldSinceMs() > 0));
        values.put(JOBS + "WaitingMoveCount", () -> moves(MoveState.WAITING));
        values.put(JOBS + "MovingCount", () -> moves(MoveState.MOVING) + moves(MoveState.REVERTING));
        values.put(JOBS + "DoneMoveCount", () -> moves(MoveState.DONE));
    }

    private long jobs(Predicate<JobImage> which) {
        return source.image().jobs().open().stream().filter(which).count();
    }

    private long moves(MoveState state) {
        return source.image().jobs().open().stream()
                .mapToLong(job -> job.counts().moves(state))
                .sum();
    }

    /** In microseconds where the name does not say otherwise. */
    private void latencies(String name, Latencies latencies) {
        boolean inMs = name.endsWith("Ms");
        long divisor = inMs ? 1_000 : 1;
        String unit = inMs ? "" : "-us";
        values.put(name + unit + ".p50", () -> latencies.quantileMicros(MEDIAN) / divisor);
        values.put(name + unit + ".p99", () -> latencies.quantileMicros(P99) / divisor);
        values.put(name + unit + ".max", () -> latencies.maxMicros() / divisor);
        values.put(name + ".count", latencies::count);
    }
}
