// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.BrokerConfigs;
import io.shiplog.metadata.node.QuorumConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** docs/configuration.md says what the code says; when this fails, the page's tables are to be replaced by the expected ones. */
class ConfigurationPageTest {
    @Test
    void everyKeyIsOnThePageAsTheCodeHasIt() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "configuration.md"));
        assertThat(page).contains(storageTable()).contains(quorumTable());
    }

    /** The controller says of each whether it can be changed while nodes run. */
    @Test
    void everySettingOfANodeIsKnownToTheController() {
        for (String name : StorageKeys.names()) {
            assertThat(BrokerConfigs.isFixed(name) != BrokerConfigs.names().contains(name))
                    .as(name)
                    .isTrue();
        }
    }

    private static String storageTable() {
        StringBuilder table = new StringBuilder("| key | default | allowed | meaning |\n|---|---|---|---|\n");
        for (ConfigKey<?> key : StorageKeys.all()) {
            String defaultText =
                    key.required() ? "required" : key.defaultText().isEmpty() ? "" : '`' + key.defaultText() + '`';
            table.append("| `")
                    .append(key.name())
                    .append("` | ")
                    .append(defaultText)
                    .append(" | ");
            table.append(key.allowed())
                    .append(" | ")
                    .append(key.documentation())
                    .append(" |\n");
        }
        return table.toString();
    }

    private static String quorumTable() {
        StringBuilder table = new StringBuilder("| key | meaning |\n|---|---|\n");
        for (QuorumConfig.Key key : QuorumConfig.Key.values()) {
            table.append("| `")
                    .append(key.key())
                    .append("` | ")
                    .append(key.documentation())
                    .append(" |\n");
        }
        return table.toString();
    }
}
