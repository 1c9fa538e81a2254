// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.row;

import io.shiplog.bench.compare.Scale;
import io.shiplog.bench.compare.cluster.Contestant;
import io.shiplog.bench.compare.cluster.LocalCluster;
import io.shiplog.bench.compare.load.PerfTool;
import io.shiplog.bench.compare.load.Topic;
import io.shiplog.bench.compare.result.Figure;
import io.shiplog.bench.compare.result.Measure;
import io.shiplog.bench.compare.result.Result;
import io.shiplog.bench.harness.DiskWatch;
import io.shiplog.bench.harness.ProcessUsage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;
import org.apache.kafka.clients.admin.Admin;

/** One unit while it is measured: the cluster, and what is noted. Of one thread. */
public final class Run {
    private static final double NS_PER_MS = 1e6;
    private static final double[] PERCENTILES = {
        0, 1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 85, 90, 92.5, 95, 97, 98, 99, 99.3, 99.5, 99.7, 99.8, 99.9, 99.93,
        99.95, 99.97, 99.98, 99.99
    };

    private final Scale scale;
    private final LocalCluster cluster;
    private final PerfTool perfTool;
    private final Path histograms;
    private final DiskWatch disk;
    private final Map<Figure, List<Double>> figures = new LinkedHashMap<>();
    private final Map<String, List<Result.Point>> curves = new LinkedHashMap<>();
    private final Map<String, String> config = new LinkedHashMap<>();

    /**
     * Nothing is noted yet.
     *
     * @param histograms they are kept in files whose names begin with this one's
     * @param disk       of the cluster
     */
    public Run(Scale scale, LocalCluster cluster, PerfTool perfTool, Path histograms, DiskWatch disk) {
        this.scale = scale;
        this.cluster = cluster;
        this.perfTool = perfTool;
        this.histograms = histograms;
        this.disk = disk;
    }

    public Scale scale() {
        return scale;
    }

    /** Not started yet. */
    public LocalCluster cluster() {
        return cluster;
    }

    public Contestant contestant() {
        return cluster.contestant();
    }

    /** The disk of the cluster, from the unit's begin on. */
    public DiskWatch disk() {
        return disk;
    }

    public PerfTool perfTool() {
        return perfTool;
    }

    /** Creates a topic with the contestant's settings, and waits until its replicas are in sync. */
    public Topic topic(Admin admin, String name, int partitions) throws Exception {
        return Topic.create(
                admin, cluster.bootstrap(), name, partitions, contestant().topicSettings());
    }

    /** Notes a sample. */
    public void note(String phase, Measure measure, double value) {
        noteQuietly(phase, measure, value);
        System.out.printf(Locale.ROOT, "    %s: %s %.4g %s%n", phase, measure.title(), value, measure.unit());
    }

    /** The same without a word, for samples that are many. */
    public void noteQuietly(String phase, Measure measure, double value) {
        figures.computeIfAbsent(new Figure(phase, measure), key -> new ArrayList<>())
                .add(value);
    }

    /** Notes what a load and its acknowledgements met with, and keeps it: in nanoseconds. */
    public void noteLatencies(String phase, Histogram acks) throws IOException {
        note(phase, Measure.ACK_P50, ms(acks, 50));
        note(phase, Measure.ACK_P99, ms(acks, 99));
        note(phase, Measure.ACK_P999, ms(acks, 99.9));
        note(phase, Measure.ACK_MAX, acks.getMaxValue() / NS_PER_MS);
        keep(phase + " ack", acks);
    }

    /** The 99th percentile of those that no stall of the disk held up, in nanoseconds. */
    public void noteCalmLatencies(String phase, Histogram acks) {
        note(phase, Measure.ACK_P99_CALM, ms(acks, 99));
    }

    /** The same of records that were seen by a consumer. */
    public void noteSeen(String phase, Histogram seen) throws IOException {
        note(phase, Measure.SEEN_P50, ms(seen, 50));
        note(phase, Measure.SEEN_P99, ms(seen, 99));
        note(phase, Measure.SEEN_P999, ms(seen, 99.9));
        note(phase, Measure.SEEN_MAX, seen.getMaxValue() / NS_PER_MS);
        keep(phase + " end-to-end", seen);
    }

    private static double ms(Histogram histogram, double percentile) {
        return histogram.getValueAtPercentile(percentile) / NS_PER_MS;
    }

    private void keep(String name, Histogram histogram) throws IOException {
        List<Result.Point> curve = new ArrayList<>();
        for (double percentile : PERCENTILES) {
            curve.add(new Result.Point(percentile, ms(histogram, percentile)));
        }
        curves.put(name, curve);
        Path file = histograms.resolveSibling(
                histograms.getFileName() + "-" + name.replaceAll("[^a-z0-9]+", "-") + ".hlog");
        try (PrintStream out = new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8)) {
            HistogramLogWriter writer = new HistogramLogWriter(out);
            writer.outputComment(cluster.contestant().id() + ", " + name + ", nanoseconds");
            writer.outputLogFormatVersion();
            writer.outputLegend();
            writer.outputIntervalHistogram(histogram);
        }
    }

    /** Notes what nodes have resident now. */
    public void noteMemory(String phase) throws IOException {
        double broker = 0;
        double shared = 0;
        double quorum = 0;
        for (Map.Entry<String, Long> process : cluster.pids().entrySet()) {
            double resident = ProcessUsage.residentMib(process.getValue());
            if (process.getKey().startsWith("quorum-")) {
                quorum = Math.max(quorum, resident);
            } else {
                broker = Math.max(broker, resident);
                shared = Math.max(shared, ProcessUsage.proportionalMib(process.getValue()));
            }
        }
        note(phase, Measure.RESIDENT, broker);
        note(phase, Measure.PROPORTIONAL, shared);
        if (quorum > 0) {
            note(phase, Measure.RESIDENT_QUORUM, quorum);
        }
    }

    /** Something of the set-up that the reader of the results should know. */
    public void config(String name, String value) {
        config.put(name, value);
    }

    /** For whoever watches. */
    public static void say(String format, Object... values) {
        System.out.printf(Locale.ROOT, "    " + format + "%n", values);
    }

    public Map<Figure, List<Double>> figures() {
        return figures;
    }

    public Map<String, List<Result.Point>> curves() {
        return curves;
    }

    public Map<String, String> config() {
        return config;
    }
}
