// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.report;

import static io.shiplog.bench.compare.report.Check.atMost;
import static io.shiplog.bench.compare.report.Check.atMostTimes;
import static io.shiplog.bench.compare.report.Check.ratioAtLeast;
import static io.shiplog.bench.compare.report.Check.ratioAtMost;

import io.shiplog.bench.compare.cluster.Contestant;
import io.shiplog.bench.compare.result.Figure;
import io.shiplog.bench.compare.result.Measure;
import io.shiplog.bench.compare.row.ConsumeRow;
import io.shiplog.bench.compare.row.FailoverRow;
import io.shiplog.bench.compare.row.FailoverRow.Strike;
import io.shiplog.bench.compare.row.IdleRow;
import io.shiplog.bench.compare.row.LatencyRow;
import io.shiplog.bench.compare.row.ProduceRow;
import io.shiplog.bench.compare.row.SoakRow;
import io.shiplog.bench.compare.row.StartRow;
import io.shiplog.bench.limits.LimitsMain;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What this project wants to reach beside Apache Kafka. Unless said otherwise: medians, and Shiplog with its default of fsync before an acknowledgement. */
final class Targets {
    private static final double THIRD = 1 / 3.0;
    private static final double QUARTER = 0.25;
    private static final double FIFTH = 0.2;
    private static final double HALF = 0.5;
    private static final double TENTH = 0.1;
    private static final double REPLICATED_P50_MS = 0.35;
    /** Of a storage node that hangs (broker.lease.ms). */
    private static final double LEASE_MS = 2_000;

    private static final double GAP_MS = 500;
    /** An election of the quorum holds nobody up; what a machine of two processors does while a process dies is not ours. */
    private static final double NO_GAP_MS = 100;

    private static final double GROWTH_MIB = 5;

    private Targets() {}

    static List<Check> all() {
        List<Check> checks = new ArrayList<>();
        produce(checks);
        latency(checks);
        consume(checks);
        idle(checks);
        failover(checks);
        memory(checks);
        start(checks);
        return checks;
    }

    private static void produce(List<Check> checks) {
        String row = ProduceRow.NAME;
        String cpu = "broker CPU per GiB produced, warm";
        checks.add(Check.of(cpu, "≤ 1/3 of Kafka's", row, ProduceRow.WARM, Measure.CPU_PER_GIB, ratioAtMost(THIRD)));
        checks.add(Check.of(
                cpu,
                "≤ 2 × the floor of the limits",
                row,
                ProduceRow.WARM,
                Measure.CPU_PER_GIB,
                atMostTimes(2, row, LimitsMain.FLOOR)));
        checks.add(Check.of(
                cpu + ", replicated (no flush in the way)",
                "≤ 2 × the floor of the limits",
                row,
                ProduceRow.WARM,
                Measure.CPU_PER_GIB,
                Contestant.SHIPLOG_REPLICATED,
                atMostTimes(2, row, LimitsMain.FLOOR)));
        checks.add(Check.of(
                "the same into a fresh cluster",
                "≤ 1/3 of Kafka's",
                row,
                ProduceRow.FIRST,
                Measure.CPU_PER_GIB,
                ratioAtMost(THIRD)));
        throughput(checks, "producer throughput, Kafka's perf tool", ProduceRow.WARM, 1.5);
        throughput(checks, "producer throughput, prepared batches of 16 KiB", ProduceRow.PREPARED_SMALL, 2.5);
        throughput(checks, "producer throughput, prepared batches of 64 KiB", ProduceRow.PREPARED_LARGE, 2.5);
        throughput(checks, "one producer, one partition", ProduceRow.ONE_PARTITION, 3);
    }

    private static void throughput(List<Check> checks, String what, String phase, double times) {
        checks.add(Check.of(
                what,
                "≥ " + Numbers.of(times) + " × Kafka's without fsync",
                ProduceRow.NAME,
                phase,
                Measure.THROUGHPUT,
                ratioAtLeast(times)));
    }

    private static void latency(List<Check> checks) {
        String row = LatencyRow.NAME;
        checks.add(Check.of(
                "broker CPU for a small commit, 1,000/s",
                "≤ 1/4 of Kafka's",
                row,
                LatencyRow.UNREAD,
                Measure.CPU_PER_COMMIT,
                ratioAtMost(QUARTER)));
        for (int rate : List.of(1_000, 10_000)) {
            String phase = LatencyRow.phase(rate);
            String what = "ack latency at " + phase;
            checks.add(Check.of(what + ", p50", "≤ 1/2 of Kafka's", row, phase, Measure.ACK_P50, ratioAtMost(HALF)));
            checks.add(Check.of(
                            what + ", p99",
                            "≤ 1/5 of Kafka's, or ≤ 2 × the p99 of fdatasync",
                            row,
                            phase,
                            Measure.ACK_P99,
                            ratioAtMost(FIFTH))
                    .or(atMostTimes(2 / 1e3, row, LimitsMain.SYNC_P99)));
            checks.add(Check.of(
                    what + ", p50, replicated",
                    "≤ 0.35 ms",
                    row,
                    phase,
                    Measure.ACK_P50,
                    Contestant.SHIPLOG_REPLICATED,
                    atMost(REPLICATED_P50_MS)));
        }
        checks.add(Check.of(
                "end-to-end latency at 1,000/s, p99",
                "≤ 1/5 of Kafka's",
                row,
                LatencyRow.phase(1_000),
                Measure.SEEN_P99,
                ratioAtMost(FIFTH)));
    }

    private static void consume(List<Check> checks) {
        for (int groups : List.of(1, 8)) {
            String phase = ConsumeRow.phase(groups);
            checks.add(Check.of(
                    "consumer throughput, " + phase,
                    "≥ 1.5 × Kafka's",
                    ConsumeRow.NAME,
                    phase,
                    Measure.THROUGHPUT,
                    ratioAtLeast(1.5)));
            checks.add(Check.of(
                    "broker CPU per GiB consumed, " + phase,
                    "≤ 1/2 of Kafka's",
                    ConsumeRow.NAME,
                    phase,
                    Measure.CPU_PER_GIB,
                    ratioAtMost(HALF)));
        }
    }

    private static void idle(List<Check> checks) {
        for (int partitions : List.of(1_000, 10_000)) {
            String phase = IdleRow.phase(partitions);
            checks.add(Check.of(
                    "CPU of the cluster, " + phase,
                    "≤ 1/10 of Kafka's",
                    IdleRow.NAME,
                    phase,
                    Measure.IDLE_CPU,
                    ratioAtMost(TENTH)));
            Check.Side alone =
                    new Check.Side(IdleRow.NAME, Contestant.SHIPLOG, new Figure(IdleRow.NONE, Measure.ACK_P99));
            checks.add(Check.of(
                    "p99 of a busy topic beside " + phase,
                    "within 20 % of that without them",
                    IdleRow.NAME,
                    phase,
                    Measure.ACK_P99,
                    (ours, theirs, board) -> alone.summary(board).map(without -> ours <= 1.2 * without.median())));
        }
    }

    private static void failover(List<Check> checks) {
        gap(checks, "a leader is killed", "≤ 0.5 s", Strike.KILL_LEADER, Contestant.SHIPLOG, GAP_MS);
        gap(
                checks,
                "a leader hangs",
                "≤ lease (2 s) + 0.5 s",
                Strike.PAUSE_LEADER,
                Contestant.SHIPLOG,
                LEASE_MS + GAP_MS);
        gap(
                checks,
                "the active controller is killed, 3 + 3 processes",
                "no gap (≤ 0.1 s)",
                Strike.KILL_CONTROLLER,
                Contestant.SHIPLOG_APART,
                NO_GAP_MS);
    }

    private static void gap(List<Check> checks, String what, String target, Strike strike, Contestant ours, double ms) {
        checks.add(Check.of(
                "longest ack gap of a partition when " + what,
                target,
                FailoverRow.nameOf(strike),
                FailoverRow.PHASE,
                Measure.PARTITION_GAP,
                ours,
                atMost(ms)));
    }

    private static void memory(List<Check> checks) {
        resident(checks, "combined node", Contestant.SHIPLOG, Measure.RESIDENT, 330);
        resident(checks, "storage node", Contestant.SHIPLOG_APART, Measure.RESIDENT, 250);
        resident(checks, "quorum node", Contestant.SHIPLOG_APART, Measure.RESIDENT_QUORUM, 160);
        checks.add(new Check(
                "growth of resident memory over a 30-minute soak",
                "none (≤ 5 MiB)",
                new Check.Side(SoakRow.NAME, Contestant.SHIPLOG, new Figure(SoakRow.PHASE, Measure.GROWTH)),
                Optional.empty(),
                atMost(GROWTH_MIB)));
    }

    private static void resident(List<Check> checks, String what, Contestant ours, Measure measure, int mib) {
        Check.Side kafka =
                new Check.Side(ProduceRow.NAME, Contestant.KAFKA, new Figure(ProduceRow.AFTER, Measure.RESIDENT));
        checks.add(new Check(
                "resident memory after the throughput run, " + what,
                "≤ " + mib + " MiB",
                new Check.Side(ProduceRow.NAME, ours, new Figure(ProduceRow.AFTER, measure)),
                Optional.of(kafka),
                atMost(mib)));
    }

    private static void start(List<Check> checks) {
        start(
                checks,
                "cold start to the first ack, three combined processes",
                "≤ 3 s",
                StartRow.COLD,
                Contestant.SHIPLOG,
                3);
        start(
                checks,
                "cold start to the first ack, 3 + 3 processes",
                "≤ 5 s",
                StartRow.COLD,
                Contestant.SHIPLOG_APART,
                5);
        start(
                checks,
                "a node after kill -9 with 10 GiB, until it serves",
                "≤ 1 s",
                StartRow.KILLED,
                Contestant.SHIPLOG,
                1);
    }

    private static void start(
            List<Check> checks, String what, String target, String phase, Contestant ours, double seconds) {
        checks.add(Check.of(what, target, StartRow.NAME, phase, Measure.TIME, ours, atMost(seconds)));
    }
}
