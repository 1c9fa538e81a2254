// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.connect;

import io.shiplog.tools.connect.Profiles.Profile;
import java.util.Map;
import picocli.CommandLine.Option;

/**
 * Where the cluster is: what was said on the command line, or else in the environment, or else in a profile. Of two ways that are given in the same
 * place each is used for what it is good for.
 */
public final class Connection extends ToolOptions {
    @Option(
            names = "--bootstrap",
            paramLabel = "HOST:PORT,...",
            description = "Some of the cluster's storage nodes (or SHIPLOG_BOOTSTRAP); enough for all commands.")
    private String bootstrap;

    @Option(
            names = "--quorum",
            paramLabel = "HOST:PORT,...",
            description = "Metadata endpoints of some quorum nodes (or SHIPLOG_QUORUM); when no storage node answers.")
    private String quorum;

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            description = "A cluster by its name in ~/.config/shiplog/profiles.properties (or SHIPLOG_PROFILE).")
    private String profile;

    /** The cluster; nothing is connected yet. */
    public Cluster connect() {
        return connect(System.getenv());
    }

    Cluster connect(Map<String, String> environment) {
        if (given(bootstrap) || given(quorum)) {
            return cluster(bootstrap, quorum);
        }
        if (given(profile)) {
            return named(Profiles.read(Profiles.file(environment)), profile);
        }
        String bootstrapThere = environment.get("SHIPLOG_BOOTSTRAP");
        String quorumThere = environment.get("SHIPLOG_QUORUM");
        if (given(bootstrapThere) || given(quorumThere)) {
            return cluster(bootstrapThere, quorumThere);
        }
        Profiles profiles = Profiles.read(Profiles.file(environment));
        String name =
                given(environment.get("SHIPLOG_PROFILE")) ? environment.get("SHIPLOG_PROFILE") : profiles.defaultName();
        if (name == null) {
            throw usage(
                    "where is the cluster? --bootstrap HOST:PORT,... says so, or SHIPLOG_BOOTSTRAP, or a profile in "
                            + Profiles.file(environment));
        }
        return named(profiles, name);
    }

    private Cluster named(Profiles profiles, String name) {
        Profile found = profiles.profile(name);
        return cluster(found.bootstrap(), found.quorum());
    }

    private Cluster cluster(String storage, String metadata) {
        return new Cluster(given(storage) ? storage : null, given(metadata) ? metadata : null, timeoutMs());
    }

    private static boolean given(String value) {
        return value != null && !value.isBlank();
    }
}
