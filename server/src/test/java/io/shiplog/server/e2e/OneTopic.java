// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What tests begin with that need a cluster, anew for each of them, and one topic that is replicated to all storage nodes. */
abstract class OneTopic {
    static final String TOPIC = "orders";

    @TempDir
    Path directory;

    TestCluster cluster;

    private final int storageNodes;
    private final int partitions;
    private final Map<String, String> configs;

    OneTopic(int storageNodes, int partitions, Map<String, String> configs) {
        this.storageNodes = storageNodes;
        this.partitions = partitions;
        this.configs = configs;
    }

    @BeforeEach
    void start() throws Exception {
        cluster = new TestCluster(directory, 1, storageNodes).start();
        cluster.clients().createTopic(TOPIC, partitions, storageNodes, configs);
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }
}
