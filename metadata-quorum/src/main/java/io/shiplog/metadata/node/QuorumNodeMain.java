// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code quorum-node CONFIG}: runs one quorum node until it is told to stop. Exit status 2: bad configuration; 1: anything else fatal. */
public final class QuorumNodeMain {
    private static final Logger LOG = LoggerFactory.getLogger(QuorumNodeMain.class);
    private static final int FATAL = 1;
    private static final int BAD_CONFIG = 2;

    private QuorumNodeMain() {}

    /** Takes the configuration file as its one argument. */
    public static void main(String[] arguments) throws InterruptedException {
        if (arguments.length != 1) {
            System.err.println("usage: quorum-node CONFIG");
            System.exit(BAD_CONFIG);
        }
        try {
            QuorumConfig config = QuorumConfig.load(Path.of(arguments[0]));
            QuorumNode node = QuorumNode.start(config, new HaltOnFatal());
            LOG.info("quorum node {} listens: endpoint port {}", config.nodeId(), node.endpointPort());
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(node), "shutdown"));
            new CountDownLatch(1).await();
        } catch (ConfigProblem e) {
            System.err.println(e.getMessage());
            System.exit(BAD_CONFIG);
        } catch (IOException e) {
            System.err.println("quorum node cannot start: " + e.getMessage());
            System.exit(FATAL);
        }
    }

    private static void stop(QuorumNode node) {
        try {
            node.close();
            LOG.info("quorum node stopped");
        } catch (IOException | RuntimeException e) {
            LOG.warn("quorum node stopped with a fault", e);
        }
    }
}
