// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import static io.shiplog.replication.runtime.RuntimeNode.T0;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.storage.StorageClock;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.LogSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A replica of whose log the start has cut something is taken for whole when it is in sync, and not before. */
class ShortenedReplicaTest {
    @TempDir
    Path path;

    private RuntimeNode node;

    /** On node 2. */
    @BeforeEach
    void cutAtStart() throws IOException {
        LogDirectory before = LogDirectory.open(path, LogDirectoryConfig.defaultConfig(), StorageClock.system());
        before.recover((done, total) -> {});
        before.markRunning(1);
        before.create(T0, LogSettings.defaults());
        before.close();
        Files.write(
                path.resolve(T0.topicId() + "-0").resolve("00000000000000000000.log"),
                new byte[100],
                StandardOpenOption.APPEND);
        node = new RuntimeNode(2, path, new TurnedLoop());
        assertThat(node.replica.log().isShortened()).isTrue();
    }

    @AfterEach
    void close() {
        node.close();
    }

    private void apply(int leader, int epoch, boolean inIsr, boolean fenced) {
        List<AssignedReplica> replicas = List.of(
                new AssignedReplica(1, true, false, 10, false, false),
                new AssignedReplica(2, inIsr, !inIsr, 20, fenced, false));
        node.replica.apply(new PartitionState(leader, epoch, epoch, replicas, true, false, 2, true));
    }

    @Test
    void whileItIsMerelyEligibleItStaysWhatItIs() {
        apply(-1, 1, false, false);
        apply(1, 2, false, false);
        assertThat(node.replica.log().isShortened()).isTrue();
    }

    @Test
    void aFencedMemberIsNotBelieved() {
        apply(1, 1, true, true);
        assertThat(node.replica.log().isShortened()).isTrue();
    }

    @Test
    void inSyncWithALeaderItIsWhole() {
        apply(1, 1, false, false);
        apply(1, 1, true, false);
        assertThat(node.replica.log().isShortened()).isFalse();
    }

    @Test
    void whoWasElectedIsWhole() {
        apply(2, 1, true, false);
        assertThat(node.replica.log().isShortened()).isFalse();
    }
}
