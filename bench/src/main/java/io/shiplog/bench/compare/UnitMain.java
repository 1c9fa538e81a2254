// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare;

import io.shiplog.bench.compare.cluster.Contestant;
import io.shiplog.bench.compare.cluster.LocalCluster;
import io.shiplog.bench.compare.load.PerfTool;
import io.shiplog.bench.compare.result.Result;
import io.shiplog.bench.compare.result.UnitId;
import io.shiplog.bench.compare.row.Row;
import io.shiplog.bench.compare.row.Rows;
import io.shiplog.bench.compare.row.Run;
import io.shiplog.bench.harness.DiskWatch;
import io.shiplog.bench.harness.Figures;
import io.shiplog.bench.harness.Machine;
import io.shiplog.bench.harness.Shell;
import io.shiplog.bench.limits.CpuFloor;
import io.shiplog.bench.limits.LimitsMain;
import io.shiplog.tools.text.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Measures one unit, in a process of its own: what the one before has left in a JVM favours nobody. {@link CompareMain} starts it. */
final class UnitMain {
    private static final int FAILED = 1;
    private static final int LIMIT_ROUNDS = 2;
    private static final String DISK_STALLED = "stalls of the disk, ms of the whole unit";
    private static final String LONGEST_STALL = "longest stall of the disk, ms";

    private UnitMain() {}

    /** Row, contestant, repetition, scale, bin, work directory, class path of Kafka, file for the result. */
    public static void main(String[] arguments) {
        Scale scale = Scale.valueOf(arguments[3]);
        UnitId id = new UnitId(arguments[0], arguments[1], Integer.parseInt(arguments[2]), scale.id());
        Path result = Path.of(arguments[7]);
        int status = 0;
        try {
            Files.writeString(
                    result,
                    Json.line(measure(id, scale, Path.of(arguments[4]), Path.of(arguments[5]), arguments[6], result)
                            .toMap()),
                    StandardCharsets.UTF_8);
        } catch (Exception e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                System.err.println(cause == e ? "not measured: " + cause : "because of " + cause);
            }
            status = FAILED;
        }
        System.exit(status);
    }

    private static Result measure(UnitId id, Scale scale, Path bin, Path work, String kafka, Path result)
            throws Exception {
        Row row = Rows.of(id.row());
        Contestant contestant =
                Contestant.of(id.contestant()).orElseThrow(() -> new IllegalArgumentException("no " + id.contestant()));
        Shell.run(List.of("sync"));
        Instant at = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        long startNs = System.nanoTime();
        String load = Machine.loadAverage();
        Figures limits = LimitsMain.measure(work, LIMIT_ROUNDS);
        Map<String, Double> medians = new LinkedHashMap<>(limits.medians());
        medians.put(LimitsMain.FLOOR, CpuFloor.of(limits));
        try (DiskWatch disk = DiskWatch.of(work);
                LocalCluster cluster = new LocalCluster(contestant, bin, work.resolve("cluster"))) {
            Thread hook = new Thread(() -> closeQuietly(cluster), "close");
            Runtime.getRuntime().addShutdownHook(hook);
            Run run = new Run(scale, cluster, new PerfTool(kafka), result.resolveSibling(name(id)), disk);
            Optional.ofNullable(System.getenv("SHIPLOG_JVM_OPTIONS"))
                    .ifPresent(options -> run.config("SHIPLOG_JVM_OPTIONS", options));
            row.measure(run);
            DiskWatch.Stalls stalls = disk.take();
            if (disk.isWatching()) {
                medians.put(DISK_STALLED, stalls.totalMs());
                medians.put(LONGEST_STALL, stalls.longestMs());
            }
            Runtime.getRuntime().removeShutdownHook(hook);
            return new Result(
                    id,
                    System.getProperty("shiplog.commit", "unknown"),
                    Machine.hardware(),
                    at.toString(),
                    (System.nanoTime() - startNs) / 1e9,
                    load,
                    "",
                    run.config(),
                    medians,
                    run.figures(),
                    run.curves());
        }
    }

    /** Of files that belong to a unit. */
    static String name(UnitId id) {
        return id.row() + "-" + id.contestant() + "-" + id.repetition();
    }

    private static void closeQuietly(LocalCluster cluster) {
        try {
            cluster.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
