// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.quorum.QuorumClient;
import io.shiplog.tools.text.Watch;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The metadata quorum; commands that change its voters and its leader stand below it. */
@Command(
        name = "quorum",
        mixinStandardHelpOptions = true,
        description = "Shows the metadata quorum: who votes, who leads, how far each one is; add, remove, transfer.",
        footer = {
            "",
            "Examples:",
            "  shiplog quorum",
            "  shiplog quorum --watch=1 --quorum 10.0.0.1:9300",
            "  shiplog quorum transfer 2"
        })
public final class QuorumCommand implements Callable<Integer> {
    @Mixin
    private View view;

    @Override
    public Integer call() throws Exception {
        return view.run();
    }

    /** The same by the name that it has had first. */
    @Command(
            name = "describe",
            mixinStandardHelpOptions = true,
            description = "Shows the voters: who leads, and how far each one is.",
            footer = {"", "Examples:", "  shiplog quorum describe --json"})
    public static final class Describe implements Callable<Integer> {
        @Mixin
        private View view;

        @Override
        public Integer call() throws Exception {
            return view.run();
        }
    }

    /** The options, and what is shown. */
    static final class View {
        @Mixin
        private Connection connection;

        @Mixin
        private Watch watch;

        int run() throws Exception {
            try (Cluster cluster = connection.connect()) {
                QuorumClient quorum = cluster.quorum();
                return connection.show(watch, out -> {
                    connection.print(QuorumRows.of(quorum.await(quorum.client().describeQuorum())), out);
                    return 0;
                });
            }
        }
    }
}
