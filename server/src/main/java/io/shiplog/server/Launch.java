// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server;

import io.shiplog.server.node.StoppedWhileStarting;
import io.shiplog.server.node.StorageNode;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the main classes have in common: run a node until a signal or a loss ends it, and say in one line what went wrong. */
final class Launch {
    private static final Logger LOG = LoggerFactory.getLogger(Launch.class);
    static final int FAILED = 1;
    static final int BAD_CONFIG = 2;

    private Launch() {}

    /**
     * Starts the node and returns when the process is about to end. SIGTERM and Ctrl-C stop it in order.
     *
     * @param after what stops after the node
     */
    static void untilStopped(StorageNode node, AutoCloseable after) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(node, after), "shutdown"));
        try {
            node.start();
        } catch (StoppedWhileStarting e) {
            return;
        } catch (IOException | RuntimeException e) {
            end(sentence(e), FAILED);
            return;
        }
        LOG.error("stopping: {}", node.lost().join());
        System.exit(FAILED);
    }

    private static void stop(StorageNode node, AutoCloseable after) {
        try (after) {
            node.close();
        } catch (Exception e) {
            LOG.warn("stopped with a fault", e);
        }
    }

    /** Ends the process with one line on standard error. */
    static void end(String line, int status) {
        System.err.println(line);
        System.exit(status);
    }

    /** What went wrong in one line. An exception without a message is a fault of ours: its type says more than nothing. */
    static String sentence(Exception e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }
}
