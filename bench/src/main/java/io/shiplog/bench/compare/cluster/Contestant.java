// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.cluster;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A system in one of the configurations that are compared. */
public enum Contestant {
    KAFKA(
            "kafka",
            "Kafka",
            "three combined nodes of Apache Kafka 4.3.1 as it comes: heap of 1 GiB, G1, 3 network and 8 I/O threads, no fsync before an"
                    + " acknowledgement"),
    KAFKA_TUNED("kafka-tuned", "Kafka tuned", "the same with a heap of 256 MiB, 2 network and 2 I/O threads"),
    KAFKA_FSYNC(
            "kafka-fsync",
            "Kafka, fsync",
            "the same as it comes, with log.flush.interval.messages=1: each node syncs what it appends before anything counts, which is what"
                    + " Shiplog's default guarantees"),
    SHIPLOG(
            "shiplog",
            "Shiplog",
            "three combined nodes as bin/cluster starts them: heap of 192 MiB, serial collector, fsync on every in-sync replica before an"
                    + " acknowledgement"),
    SHIPLOG_REPLICATED(
            "shiplog-replicated",
            "Shiplog, replicated",
            "the same with flush.policy=replicated for the topic: no acknowledgement waits for a disk, as in Kafka"),
    SHIPLOG_APART(
            "shiplog-3+3",
            "Shiplog, 3 + 3",
            "as it comes, with three quorum processes (96 MiB) and three storage processes (128 MiB)");

    private static final String G1 = "-XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:InitiatingHeapOccupancyPercent=35"
            + " -XX:+ExplicitGCInvokesConcurrent -XX:MaxInlineLevel=15";

    private final String id;
    private final String label;
    private final String description;

    Contestant(String id, String label, String description) {
        this.id = id;
        this.label = label;
        this.description = description;
    }

    /** As options, results and file names have it. */
    public String id() {
        return id;
    }

    /** As the head of a column has it. */
    public String label() {
        return label;
    }

    /** A sentence for the report. */
    public String description() {
        return description;
    }

    /** Whether it is Apache Kafka, however configured. */
    public boolean isKafka() {
        return this == KAFKA || this == KAFKA_TUNED || this == KAFKA_FSYNC;
    }

    /** The one with that id. */
    public static Optional<Contestant> of(String id) {
        return Arrays.stream(values()).filter(each -> each.id.equals(id)).findFirst();
    }

    /** What the script that starts it finds in its environment. */
    Map<String, String> environment() {
        return switch (this) {
            case KAFKA -> kafka("1g", 3, 8, "");
            case KAFKA_TUNED -> kafka("256m", 2, 2, "");
            case KAFKA_FSYNC -> kafka("1g", 3, 8, "log.flush.interval.messages=1");
            case SHIPLOG, SHIPLOG_REPLICATED, SHIPLOG_APART -> Map.of();
        };
    }

    private static Map<String, String> kafka(String heap, int networkThreads, int ioThreads, String more) {
        return Map.of(
                "KAFKA_HEAP",
                heap,
                "KAFKA_JVM_OPTIONS",
                "-Xms" + heap + " " + G1,
                "KAFKA_SETTINGS",
                "num.network.threads=" + networkThreads + "\nnum.io.threads=" + ioThreads + "\n" + more);
    }

    /** The words between "start" and the directory. */
    List<String> shape() {
        return switch (this) {
            case SHIPLOG, SHIPLOG_REPLICATED -> List.of("--combined", "--storage", "3");
            case SHIPLOG_APART -> List.of("--quorum", "3", "--storage", "3");
            case KAFKA, KAFKA_TUNED, KAFKA_FSYNC -> List.of("--nodes", "3");
        };
    }

    /** Settings that each topic of a workload gets. */
    public Map<String, String> topicSettings() {
        return this == SHIPLOG_REPLICATED
                ? Map.of("min.insync.replicas", "2", "flush.policy", "replicated")
                : Map.of("min.insync.replicas", "2");
    }
}
