// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server;

import io.shiplog.metadata.node.ConfigProblem;
import io.shiplog.metadata.node.HaltOnFatal;
import io.shiplog.server.config.BrokerConfig;
import io.shiplog.server.node.StorageNode;
import java.nio.file.Path;

/** {@code storage-node CONFIG}: runs one storage node until it is told to stop. */
public final class StorageNodeMain {
    private StorageNodeMain() {}

    /** Takes the configuration file as its one argument. Exit status 2: bad configuration; 1: anything else that went wrong. */
    public static void main(String[] arguments) {
        if (arguments.length != 1) {
            Launch.end("usage: storage-node CONFIG", Launch.BAD_CONFIG);
            return;
        }
        try {
            BrokerConfig config = BrokerConfig.load(Path.of(arguments[0]));
            Launch.untilStopped(new StorageNode(config, new HaltOnFatal()), () -> {});
        } catch (ConfigProblem e) {
            Launch.end(e.getMessage(), Launch.BAD_CONFIG);
        } catch (RuntimeException e) {
            Launch.end(Launch.sentence(e), Launch.FAILED);
        }
    }
}
