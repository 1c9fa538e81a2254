// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare;

import java.util.List;
import java.util.Locale;

/** How much of everything: enough to trust, enough to see in ten minutes, or next to nothing, to see that it works. */
public enum Scale {
    FULL(2_048, 6_144, 2_048, 2_048, 1_024, 45, 50, 4_096, 60, 20, 5, 10_240, 1_800, 1_024),
    QUICK(256, 256, 256, 128, 64, 8, 4, 256, 8, 1, 1, 512, 60, 256),
    TINY(32, 32, 32, 64, 32, 2, 2, 64, 4, 1, 1, 64, 10, 32);

    private final int firstMib;
    private final int warmMib;
    private final int measuredMib;
    private final int preparedMib;
    private final int onePartitionMib;
    private final int warmUpS;
    private final int phaseS;
    private final int consumedMib;
    private final int idleS;
    private final int disturbances;
    private final int disturbancesOfKafka;
    private final int startMib;
    private final int soakS;
    private final int matrixMib;

    Scale(
            int firstMib,
            int warmMib,
            int measuredMib,
            int preparedMib,
            int onePartitionMib,
            int warmUpS,
            int phaseS,
            int consumedMib,
            int idleS,
            int disturbances,
            int disturbancesOfKafka,
            int startMib,
            int soakS,
            int matrixMib) {
        this.firstMib = firstMib;
        this.warmMib = warmMib;
        this.measuredMib = measuredMib;
        this.preparedMib = preparedMib;
        this.onePartitionMib = onePartitionMib;
        this.warmUpS = warmUpS;
        this.phaseS = phaseS;
        this.consumedMib = consumedMib;
        this.idleS = idleS;
        this.disturbances = disturbances;
        this.disturbancesOfKafka = disturbancesOfKafka;
        this.startMib = startMib;
        this.soakS = soakS;
        this.matrixMib = matrixMib;
    }

    /** As results have it. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Produced to a fresh cluster, where processor time is already counted. */
    public int firstMib() {
        return firstMib;
    }

    /** Produced after that until brokers count as warm. */
    public int warmMib() {
        return warmMib;
    }

    /** Produced to the warm cluster. */
    public int measuredMib() {
        return measuredMib;
    }

    /** Produced by the light load generator, in each way. */
    public int preparedMib() {
        return preparedMib;
    }

    /** Produced to one partition. */
    public int onePartitionMib() {
        return onePartitionMib;
    }

    /** Of a load at an even rate, before latencies count. */
    public int warmUpS() {
        return warmUpS;
    }

    /** Of each measured rate. */
    public int phaseS() {
        return phaseS;
    }

    /** What consumers catch up on. */
    public int consumedMib() {
        return consumedMib;
    }

    /** How many of them lie idle, one after the other. */
    public List<Integer> idlePartitions() {
        return switch (this) {
            case FULL -> List.of(1_000, 10_000);
            case QUICK -> List.of(1_000);
            case TINY -> List.of(60);
        };
    }

    /** For how long processors are watched while nothing happens. */
    public int idleS() {
        return idleS;
    }

    /** Kills or pauses in a run. */
    public int disturbances() {
        return disturbances;
    }

    /** The same for Kafka, each of which takes five times as long. */
    public int disturbancesOfKafka() {
        return disturbancesOfKafka;
    }

    /** What a node has on its disk when it is killed and started. */
    public int startMib() {
        return startMib;
    }

    /** Of the load under which memory should not grow. */
    public int soakS() {
        return soakS;
    }

    /** Produced in each cell of the matrix, and half as much before it. */
    public int matrixMib() {
        return matrixMib;
    }
}
