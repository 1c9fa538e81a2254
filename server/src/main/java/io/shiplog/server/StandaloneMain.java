// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server;

import io.shiplog.metadata.FatalHandler;
import io.shiplog.metadata.node.ConfigProblem;
import io.shiplog.metadata.node.ConfigValues;
import io.shiplog.metadata.node.HaltOnFatal;
import io.shiplog.metadata.node.QuorumConfig;
import io.shiplog.metadata.node.QuorumNode;
import io.shiplog.server.config.BrokerConfig;
import io.shiplog.server.config.StorageKeys;
import io.shiplog.server.node.StorageNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * {@code standalone [CONFIG]}: a quorum node and a storage node in one process. Without a configuration a cluster of one on
 * port 9092, with its data under {@code var/standalone}; with one that names more voters, one node of a cluster of such
 * processes.
 */
public final class StandaloneMain {
    /** The configuration without a file; the example in config/standalone.properties says the same. */
    static final Map<String, String> DEFAULTS = Map.of(
            "node.id", "1",
            "listeners", "PLAINTEXT://127.0.0.1:9092",
            "log.dirs", "var/standalone/log",
            "data.dir", "var/standalone/quorum",
            "quorum.voters", "1@127.0.0.1:9094:9093",
            "quorum.endpoints", "127.0.0.1:9093");

    private StandaloneMain() {}

    /** Takes the configuration file, if any, as its one argument. Exit status 2: bad configuration; 1: other faults. */
    public static void main(String[] arguments) {
        if (arguments.length > 1) {
            Launch.end("usage: standalone [CONFIG]", Launch.BAD_CONFIG);
            return;
        }
        try {
            ConfigValues values = arguments.length == 0
                    ? new ConfigValues("standalone", DEFAULTS)
                    : ConfigValues.load(Path.of(arguments[0]));
            run(values);
        } catch (ConfigProblem e) {
            Launch.end(e.getMessage(), Launch.BAD_CONFIG);
        } catch (IOException | RuntimeException e) {
            Launch.end(Launch.sentence(e), Launch.FAILED);
        }
    }

    private static void run(ConfigValues values) throws IOException {
        values.rejectUnknown(keys());
        QuorumConfig quorumConfig = QuorumConfig.of(values);
        BrokerConfig brokerConfig = BrokerConfig.of(values);
        FatalHandler fatal = new HaltOnFatal();
        QuorumNode quorum = QuorumNode.start(quorumConfig, fatal);
        Launch.untilStopped(new StorageNode(brokerConfig, fatal), quorum);
    }

    /** Every key of both roles. */
    static Set<String> keys() {
        Set<String> keys = new TreeSet<>(StorageKeys.names());
        keys.addAll(QuorumConfig.keys());
        return keys;
    }
}
