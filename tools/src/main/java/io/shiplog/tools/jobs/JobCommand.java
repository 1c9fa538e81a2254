// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** What all commands of this package do alike: connect, and say refusals a line each. */
abstract class JobCommand implements Callable<Integer> {
    static final int YES = 0;
    static final int NO = 1;

    @Mixin
    private Connection connection;

    final Connection target() {
        return connection;
    }

    @Override
    public final Integer call() throws Exception {
        return answering(connection, this::run);
    }

    /** Does what the command is for; the exit code. */
    abstract int run(Cluster cluster) throws Exception;

    /** What is done with a cluster. */
    @FunctionalInterface
    interface Work {
        int with(Cluster cluster) throws Exception;
    }

    /** Connects, works, and says what was refused. */
    static int answering(Connection target, Work work) throws Exception {
        try (Cluster cluster = target.connect()) {
            return work.with(cluster);
        } catch (Refused refused) {
            refused.problems().forEach(problem -> target.err().println("shiplog: " + problem));
            target.err().flush();
            return NO;
        }
    }
}
