// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a follower hears of a high watermark: with the next records, or by itself after five milliseconds. */
class HighWatermarkDelayTest {
    @TempDir
    Path directory;

    private TestCluster cluster;

    private ManualLoop start(int nodes) throws IOException {
        cluster = new TestCluster(directory, nodes, false);
        cluster.nodes.forEach(node -> node.restartService(FetchSettings.DEFAULTS));
        cluster.createPartitions(1);
        cluster.loop.run();
        return cluster.loop;
    }

    @AfterEach
    void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private long highWatermarkOf(int node) {
        return cluster.node(node).replica(0).highWatermark();
    }

    @Test
    void highWatermarkAloneReachesTheFollowerAfterFiveMs() throws Exception {
        ManualLoop loop = start(2);
        cluster.produce(0, 0, "hello", -1);
        loop.run();
        assertThat(highWatermarkOf(0)).isOne();
        loop.advance(4);
        assertThat(highWatermarkOf(1)).isZero();
        loop.advance(1);
        assertThat(highWatermarkOf(1)).isOne();
    }

    @Test
    void nextRecordsTakeItAlong() throws Exception {
        ManualLoop loop = start(2);
        cluster.produce(0, 0, "one", -1);
        loop.run();
        int before = cluster.node(1).endpoints.get(0).responses.size();
        cluster.produce(0, 0, "two", -1);
        loop.run();
        assertThat(highWatermarkOf(0)).isEqualTo(2);
        assertThat(highWatermarkOf(1)).isOne();
        assertThat(cluster.node(1).endpoints.get(0).responses).hasSize(before + 1);
    }

    @Test
    void nothingIsSentWhenItIsKnown() throws Exception {
        ManualLoop loop = start(2);
        cluster.produce(0, 0, "hello", -1);
        loop.advance(5);
        int before = cluster.node(1).endpoints.get(0).responses.size();
        loop.advance(100);
        assertThat(cluster.node(1).endpoints.get(0).responses).hasSize(before);
    }
}
