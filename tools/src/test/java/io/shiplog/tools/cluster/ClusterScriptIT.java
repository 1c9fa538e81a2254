// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterScriptIT {
    @TempDir
    Path temporary;

    private final int basePort = Script.freeBasePort();
    private Script script;

    @BeforeEach
    void chooseDirectory() {
        script = new Script(temporary.resolve("cluster"));
    }

    /** When it returns nothing is left of any process: a start can follow at once. */
    @AfterEach
    void stop() throws Exception {
        script.run("stop");
        assertThat(Script.areFree(basePort)).isTrue();
        assertThat(script.processes()).isEmpty();
    }

    @Test
    void combinedClusterStartsIsKilledAndStartsAgain() throws Exception {
        Script.Outcome start = start("--combined");
        assertThat(start.exit()).as(start.output()).isZero();
        assertThat(start.lastLine()).isEqualTo(addresses());
        assertThat(servingNodes(start.lastLine())).isEqualTo(3);
        assertThat(script.run("kill", "node-1", "node-2", "node-3").exit()).isZero();
        assertThat(script.run("status").output().lines().filter(line -> line.contains("dead")))
                .hasSize(3);
        Script.Outcome again = script.run("start");
        assertThat(again.exit()).as(again.output()).isZero();
        assertThat(again.lastLine()).isEqualTo(addresses());
    }

    @Test
    void pausedNodeIsShownAndResumed() throws Exception {
        start("--quorum", "1", "--storage", "1");
        assertThat(script.run("pause", "storage-1").exit()).isZero();
        assertThat(script.run("status").output()).containsPattern("storage-1 +paused");
        assertThat(script.run("resume", "storage-1").exit()).isZero();
        assertThat(script.run("status").output()).containsPattern("storage-1 +running");
    }

    @Test
    void takenPortIsSaidBeforeAnythingStarts() throws Exception {
        try (ServerSocket taken = new ServerSocket(basePort + 2, 1, InetAddress.getLoopbackAddress())) {
            Script.Outcome start = start();
            assertThat(start.exit()).isEqualTo(2);
            assertThat(start.output()).contains("port " + taken.getLocalPort() + " of storage-2 is taken");
        }
        assertThat(script.processes()).isEmpty();
        assertThat(script.directory()).doesNotExist();
    }

    @Test
    void unknownNodeIsRefusedAndNamesThoseThatExist() throws Exception {
        start("--quorum", "1", "--storage", "1");
        Script.Outcome kill = script.run("kill", "storage-2");
        assertThat(kill.exit()).isEqualTo(2);
        assertThat(kill.output()).contains("no node storage-2").contains("quorum-1 storage-1");
    }

    private Script.Outcome start(String... options) throws Exception {
        String[] all = new String[options.length + 2];
        all[0] = "--base-port";
        all[1] = Integer.toString(basePort);
        System.arraycopy(options, 0, all, 2, options.length);
        return script.run("start", all);
    }

    private String addresses() {
        return "127.0.0.1:%d,127.0.0.1:%d,127.0.0.1:%d".formatted(basePort + 1, basePort + 2, basePort + 3);
    }

    private static int servingNodes(String bootstrap) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            return admin.describeCluster().nodes().get().size();
        }
    }
}
