// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.node.ConfigValues;
import io.shiplog.metadata.node.QuorumConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The files in config/ can be started with, as they are and with everything uncommented. */
class ExampleConfigTest {
    private static final Path CONFIG = Path.of("..", "config");

    @Test
    void storageNode() throws IOException {
        assertThat(BrokerConfig.load(CONFIG.resolve("storage-node.properties")).nodeId())
                .isEqualTo(101);
        ConfigValues all = uncommented("storage-node.properties", StorageKeys.names());
        assertThat(BrokerConfig.of(all).rack()).isEqualTo("rack-a");
    }

    @Test
    void quorumNode() throws IOException {
        assertThat(QuorumConfig.load(CONFIG.resolve("quorum-node.properties")).voters())
                .hasSize(3);
        ConfigValues all = uncommented("quorum-node.properties", QuorumConfig.keys());
        assertThat(QuorumConfig.of(all).sessionTimeoutMs()).isEqualTo(2_000);
    }

    @Test
    void standalone() throws IOException {
        Set<String> keys = new TreeSet<>(StorageKeys.names());
        keys.addAll(QuorumConfig.keys());
        ConfigValues all = uncommented("standalone.properties", keys);
        assertThat(BrokerConfig.of(all).nodeId()).isEqualTo(QuorumConfig.of(all).nodeId());
    }

    /** Commented-out keys stand without a space behind the #. */
    private static ConfigValues uncommented(String file, Set<String> known) throws IOException {
        List<String> lines = Files.readAllLines(CONFIG.resolve(file));
        Map<String, String> values = new HashMap<>(lines.stream()
                .map(line -> line.startsWith("#") && !line.startsWith("# ") ? line.substring(1) : line)
                .filter(line -> !line.startsWith("#") && line.contains("="))
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.indexOf('=')), line -> line.substring(line.indexOf('=') + 1))));
        ConfigValues config = new ConfigValues(file, values);
        config.rejectUnknown(known);
        return config;
    }
}
