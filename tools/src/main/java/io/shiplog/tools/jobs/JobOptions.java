// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import io.shiplog.metadata.image.JobSettings;
import io.shiplog.tools.text.Units;
import picocli.CommandLine.Option;

/** How fast a job is to go, and whether the command waits for it. */
final class JobOptions {
    /** An adaptive job goes on at this rate however busy the cluster is: else it might never end. */
    static final long LEAST_RATE = 4 << 20;

    /** Leaves the choice to the controller. */
    private static final int DEFAULTS = 0;

    @Option(
            names = "--rate",
            paramLabel = "BYTES",
            description = "What each node may send, and receive, for the job per second, such as 50MiB.")
    private String rate;

    @Option(
            names = "--adaptive",
            description = "As fast as leaves headroom for clients (the default, unless the plan has a rate).")
    private boolean adaptive;

    @Option(names = "--min-rate", paramLabel = "BYTES", description = "Adaptive, but never slower than this (1MiB).")
    private String minRate;

    @Option(
            names = "--max-in-flight",
            paramLabel = "N",
            description = "Moves at a time (" + JobSettings.DEFAULT_MAX_IN_FLIGHT + ").")
    private Integer maxInFlight;

    @Option(
            names = "--max-per-node",
            paramLabel = "N",
            description = "Of these, moves that one node takes part in (" + JobSettings.DEFAULT_MAX_PER_NODE + ").")
    private Integer maxPerNode;

    @Option(names = "--dry-run", description = "Check everything, start nothing.")
    private boolean dryRun;

    @Option(
            names = "--wait",
            description = "Until the job has ended: exit 0 when all is done. Ctrl-C ends the waiting, not the job.")
    private boolean wait;

    boolean dryRun() {
        return dryRun;
    }

    boolean waits() {
        return wait;
    }

    /**
     * The rate that was asked for; 0: adaptive.
     *
     * @param otherwise when nothing was said
     */
    long rateBytesPerSecond(long otherwise) {
        if (rate != null && adaptive) {
            throw new IllegalArgumentException(
                    "--rate and --adaptive: a job has a rate or adapts it; give one of them");
        }
        if (rate != null) {
            return positive("--rate", rate);
        }
        return adaptive || minRate != null ? 0 : otherwise;
    }

    io.shiplog.metadata.proto.JobSettings settings(long planned) {
        if ((maxInFlight != null && maxInFlight < 1) || (maxPerNode != null && maxPerNode < 1)) {
            throw new IllegalArgumentException("--max-in-flight and --max-per-node are 1 or more");
        }
        long bytesPerSecond = rateBytesPerSecond(planned);
        if (bytesPerSecond > 0 && minRate != null) {
            throw new IllegalArgumentException("--min-rate is for adaptive jobs; leave it or --rate out");
        }
        return io.shiplog.metadata.proto.JobSettings.newBuilder()
                .setRateBytesPerSecond(bytesPerSecond)
                .setMinRateBytesPerSecond(
                        bytesPerSecond > 0 ? 0 : minRate == null ? LEAST_RATE : positive("--min-rate", minRate))
                .setMaxInFlight(maxInFlight == null ? DEFAULTS : maxInFlight)
                .setMaxPerNode(maxPerNode == null ? DEFAULTS : maxPerNode)
                .build();
    }

    static long positive(String option, String text) {
        long bytes = Units.parseBytes(text);
        if (bytes <= 0) {
            throw new IllegalArgumentException(option + " " + text + ": above 0 is expected, such as 50MiB");
        }
        return bytes;
    }
}
