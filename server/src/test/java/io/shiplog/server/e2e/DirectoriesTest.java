// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.server.node.StorageNode;
import io.shiplog.storage.model.StorageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;

/** What becomes of log directories when topics go, and whose they are. */
class DirectoriesTest extends OneTopic {
    DirectoriesTest() {
        super(2, 2, Map.of());
    }

    @Test
    void deletedTopicsLogsGo() throws Exception {
        Path log = cluster.logDirectory(101, TOPIC, 0);
        Await.until("the log", 30_000, () -> Files.isDirectory(log));
        deleteTopic();
        Await.until("its end", 30_000, () -> !Files.exists(log));
    }

    @Test
    void topicDeletedWhileTheNodeWasDownLeavesNoLogBehind() throws Exception {
        Path log = cluster.logDirectory(102, TOPIC, 1);
        Await.until("the log", 30_000, () -> Files.isDirectory(log));
        cluster.stopStorage(102);
        deleteTopic();
        assertThat(log).isDirectory();
        cluster.startStorage(102);
        Await.until("its end", 30_000, () -> !Files.exists(log));
    }

    @Test
    void topicOfTheSameNameIsAnother() throws Exception {
        deleteTopic();
        cluster.clients().createTopic(TOPIC, 1, 2, Map.of());
        assertThat(cluster.clients().readAll(TOPIC, 0)).isEmpty();
    }

    @Test
    void directoryOfAnotherNodeIsRefused() throws Exception {
        cluster.stopStorage(101);
        cluster.stopStorage(102);
        Files.move(cluster.data(101), directory.resolve("aside"));
        Files.move(cluster.data(102), cluster.data(101));
        assertThatThrownBy(() -> new StorageNode(cluster.config(101), (reason, cause) -> {}))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("belongs to node 102, not to 101");
    }

    @Test
    void directoryInUseIsRefused() {
        assertThatThrownBy(() -> new StorageNode(cluster.config(101), (reason, cause) -> {}))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining(cluster.data(101).toString());
    }

    private void deleteTopic() throws Exception {
        try (Admin admin = cluster.clients().admin()) {
            admin.deleteTopics(List.of(TOPIC)).all().get(30, TimeUnit.SECONDS);
        }
    }
}
