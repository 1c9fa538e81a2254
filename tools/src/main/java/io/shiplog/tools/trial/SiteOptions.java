// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options that every program of trials has; {@code bin/lib/trial.sh} gives them. */
public final class SiteOptions {
    @Option(names = "--seed", required = true, description = "Of the schedule: what, when, who.")
    private long seed;

    @Option(names = "--work", required = true, description = "A directory for clusters, images and logs; empty.")
    private Path work;

    @Option(names = "--bin", required = true, description = "The directory of the scripts.")
    private Path bin;

    @Option(names = "--base-port", description = "As bin/cluster has it (a free one).")
    private int basePort = Site.ANY_PORT;

    public long seed() {
        return seed;
    }

    public Site site() {
        return new Site(new Scripts(bin), work.toAbsolutePath(), basePort);
    }
}
