// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.row;

import io.shiplog.bench.compare.Scale;
import io.shiplog.bench.compare.cluster.Contestant;
import io.shiplog.bench.compare.load.PerfTool;
import io.shiplog.bench.compare.load.ReadBack;
import io.shiplog.bench.compare.load.Topic;
import io.shiplog.bench.compare.result.Measure;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;

/** The produce workload with one thing changed at a time: record size, partitions, producers, compression, acks, batching. */
public final class MatrixRow implements Row {
    public static final String NAME = "matrix";

    private static final double MIB_PER_GIB = 1_024;
    private static final int MIB = 1 << 20;
    private static final long READ_BACK = 100_000;

    /** What differs from six partitions, one producer, 1 KiB, acks=all. */
    private record Cell(String phase, int partitions, int recordBytes, int producers, Map<String, String> properties) {
        Map<String, String> all() {
            Map<String, String> all = new TreeMap<>(Map.of("acks", "all"));
            all.putAll(properties);
            return all;
        }
    }

    private static final List<Cell> CELLS = List.of(
            new Cell("as the first row", 6, 1_024, 1, Map.of()),
            new Cell("records of 100 B", 6, 100, 1, Map.of()),
            new Cell("records of 10 KiB", 6, 10_240, 1, Map.of()),
            new Cell("1 partition", 1, 1_024, 1, Map.of()),
            new Cell("60 partitions", 60, 1_024, 1, Map.of()),
            new Cell("600 partitions", 600, 1_024, 1, Map.of()),
            new Cell("4 producers", 6, 1_024, 4, Map.of()),
            new Cell("lz4", 6, 1_024, 1, Map.of("compression.type", "lz4")),
            new Cell("acks=1", 6, 1_024, 1, Map.of("acks", "1")),
            new Cell("linger 5 ms, batch 128 KiB", 6, 1_024, 1, Map.of("linger.ms", "5", "batch.size", "131072")));

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String question() {
        return "And with one thing changed?";
    }

    @Override
    public boolean isHeadline() {
        return false;
    }

    @Override
    public List<Contestant> contestants(Scale scale) {
        return scale == Scale.QUICK ? List.of() : List.of(Contestant.KAFKA, Contestant.SHIPLOG);
    }

    @Override
    public int estimateS(Contestant contestant, Scale scale) {
        return Estimates.startS(contestant) + CELLS.size() * (3 + scale.matrixMib() * 3 / 2 / 120);
    }

    /** One cluster for all cells: it is warm from the second one on. */
    @Override
    public void measure(Run run) throws Exception {
        run.cluster().create();
        try (Admin admin = Topic.admin(run.cluster().bootstrap())) {
            // what comes first would pay for all
            cell(run, admin, CELLS.get(0), "warm-up", false);
            for (int i = 0; i < CELLS.size(); i++) {
                cell(run, admin, CELLS.get(i), "cell-" + i, true);
            }
        }
    }

    private static void cell(Run run, Admin admin, Cell cell, String name, boolean noted) throws Exception {
        Topic topic = run.topic(admin, name, cell.partitions());
        long records = (long) run.scale().matrixMib() * MIB / cell.recordBytes() / cell.producers() * cell.producers();
        double cpuBefore = run.cluster().cpuSeconds();
        PerfTool.Outcome outcome =
                run.perfTool().runBeside(cell.producers(), topic, records, cell.recordBytes(), cell.all());
        double cpu = run.cluster().cpuSeconds() - cpuBefore;
        if (noted) {
            run.note(cell.phase(), Measure.THROUGHPUT, outcome.mibPerSecond());
            run.note(
                    cell.phase(),
                    Measure.CPU_PER_GIB,
                    cpu / (records * (double) cell.recordBytes() / MIB / MIB_PER_GIB));
        }
        ReadBack.check(topic, records, READ_BACK, null);
        admin.deleteTopics(List.of(name)).all().get();
    }
}
