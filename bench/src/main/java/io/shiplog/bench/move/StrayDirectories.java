// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.move;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What is left on the disks of nodes that hold no replica, once a job was given up. */
final class StrayDirectories {
    private static final int NODES = 5;
    /** Deleted bytes are given back step by step. */
    private static final long PATIENCE_S = 60;

    private static final long PAUSE_MS = 500;

    private StrayDirectories() {}

    /** Waits a minute for them to go; then a sentence for each node that holds files of partitions and should not. */
    static List<String> after(String dir, String topic, Map<Integer, List<Integer>> assignment, String system)
            throws IOException, InterruptedException {
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        List<String> faults = of(dir, topic, assignment, system);
        while (!faults.isEmpty() && System.nanoTime() < untilNs) {
            Thread.sleep(PAUSE_MS);
            faults = of(dir, topic, assignment, system);
        }
        return faults;
    }

    private static List<String> of(String dir, String topic, Map<Integer, List<Integer>> assignment, String system)
            throws IOException {
        List<String> faults = new ArrayList<>();
        for (int node = 1; node <= NODES; node++) {
            int id = node;
            boolean holds = assignment.values().stream().anyMatch(replicas -> replicas.contains(id));
            if (holds) {
                continue;
            }
            Path data = Path.of(dir, system.equals("kafka") ? "node-" + node : "storage-" + node, "data");
            try (Stream<Path> paths = Files.walk(data)) {
                List<Path> segments = paths.filter(path -> path.toString().endsWith(".log")
                                && !path.toString().contains("__")
                                // the write-ahead log of the index, in the directory of that name
                                && !path.getParent().endsWith("index"))
                        .toList();
                if (!segments.isEmpty()) {
                    faults.add("node " + node + " still has " + segments.size() + " segments, such as "
                            + segments.get(0) + ", after " + topic + " went back");
                }
            } catch (UncheckedIOException e) {
                // a directory went while it was looked at: others may be about to
                faults.add("node " + node + " is deleting still: " + e.getMessage());
            }
        }
        return faults;
    }
}
