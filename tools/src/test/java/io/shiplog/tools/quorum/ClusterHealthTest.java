// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.admin.NodeAnswer;
import io.shiplog.metadata.admin.NodeAnswer.Silence;
import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.client.QuorumDescription.Voter;
import io.shiplog.metadata.proto.DescribeNodeResponse;
import io.shiplog.metadata.proto.DirectoryState;
import io.shiplog.metadata.proto.ReplicaCounts;
import io.shiplog.tools.quorum.ClusterHealth.Verdict;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class ClusterHealthTest {
    private static final long NOW = 1_000_000;
    private static final QuorumDescription QUORUM = quorum(NOW);
    private static final List<Integer> ALL = List.of(1, 2, 3);

    @Test
    void nothingIsWrong() {
        assertThat(judge(well()).verdict()).isEqualTo(Verdict.HEALTHY);
        assertThat(judge(well()).reasons()).isEmpty();
    }

    @Test
    void withoutAControllerNothingCanBeChanged() {
        ClusterHealth health = ClusterHealth.of(well().get(), null, Map.of(), NOW);
        assertThat(health.verdict()).isEqualTo(Verdict.CRITICAL);
        assertThat(health.reasons()).singleElement().asString().contains("no active controller");
    }

    @Test
    void partitionWithoutLeaderIsCritical() {
        ClusterHealth health = judge(well().partition(ALL, List.of(), Image.NOBODY));
        assertThat(health.verdict()).isEqualTo(Verdict.CRITICAL);
        assertThat(health.reasons().get(0)).startsWith("1 partition is without a leader");
    }

    @Test
    void partitionBelowMinIsrIsCritical() {
        ClusterHealth health = judge(well().partition(ALL, List.of(1), 1));
        assertThat(health.verdict()).isEqualTo(Verdict.CRITICAL);
        assertThat(health.reasons())
                .containsExactly(
                        "1 partition is below min ISR: producers with acks=all are refused",
                        "1 partition is under-replicated");
    }

    @Test
    void underReplicatedPartitionsDegrade() {
        ClusterHealth health = judge(well().partition(ALL, List.of(1, 2), 1).partition(ALL, List.of(1, 3), 1));
        assertThat(health.verdict()).isEqualTo(Verdict.DEGRADED);
        assertThat(health.reasons()).containsExactly("2 partitions are under-replicated");
    }

    @Test
    void fencedNodeDegradesAndIsNamedOnce() {
        NodeAnswer<DescribeNodeResponse> silent = NodeAnswer.silent(Silence.REFUSED, "connection refused");
        ClusterHealth health = ClusterHealth.of(new Image(3).fenced(2).get(), QUORUM, Map.of(2, silent), NOW);
        assertThat(health.verdict()).isEqualTo(Verdict.DEGRADED);
        assertThat(health.reasons()).containsExactly("storage-2 is fenced: it serves nobody");
    }

    @Test
    void servingNodeThatDoesNotAnswerDegrades() {
        NodeAnswer<DescribeNodeResponse> silent = NodeAnswer.silent(Silence.HANGS, "timed out");
        assertThat(ClusterHealth.of(well().get(), QUORUM, Map.of(2, silent), NOW)
                        .reasons())
                .containsExactly("storage-2 did not answer: timed out");
    }

    @Test
    void nodeOfOlderSoftwareThatTellsNothingIsWell() {
        NodeAnswer<DescribeNodeResponse> silent = NodeAnswer.silent(Silence.NOT_TOLD, "no endpoint");
        assertThat(ClusterHealth.of(well().get(), QUORUM, Map.of(2, silent), NOW)
                        .verdict())
                .isEqualTo(Verdict.HEALTHY);
    }

    @Test
    void disksThatAreNotWellAreNamed() {
        DescribeNodeResponse told = DescribeNodeResponse.newBuilder()
                .addDirectories(DirectoryState.newBuilder().setPath("/a").setFull(true))
                .addDirectories(DirectoryState.newBuilder().setPath("/b").setSlow(true))
                .addDirectories(DirectoryState.newBuilder().setPath("/c").setHung(true))
                .addDirectories(DirectoryState.newBuilder()
                        .setPath("/d")
                        .setState(DirectoryState.State.OFFLINE)
                        .setReason("I/O error"))
                .addDirectories(DirectoryState.newBuilder().setPath("/e"))
                .setReplicas(ReplicaCounts.newBuilder().setUnsound(4))
                .build();
        assertThat(ClusterHealth.of(well().get(), QUORUM, Map.of(1, NodeAnswer.of(told)), NOW)
                        .reasons())
                .containsExactly(
                        "storage-1: /a is full: appends are refused",
                        "storage-1: /b is slow",
                        "storage-1: /c hangs: a sync does not end",
                        "storage-1: /d is offline: I/O error",
                        "storage-1: damage in 4 replicas waits for its repair");
    }

    @Test
    void voterThatIsSilentDegrades() {
        assertThat(ClusterHealth.of(well().get(), quorum(NOW - 60_000), Map.of(), NOW)
                        .reasons())
                .singleElement()
                .asString()
                .startsWith("quorum-2 was last heard");
    }

    private static Image well() {
        return new Image(3).partition(ALL, ALL, 1);
    }

    private static ClusterHealth judge(Image image) {
        return ClusterHealth.of(image.get(), QUORUM, Map.of(), NOW);
    }

    private static QuorumDescription quorum(long secondHeardMs) {
        return new QuorumDescription(
                1,
                3,
                10,
                List.of(),
                100,
                100,
                List.of(
                        new Voter(1, Uuid.ZERO_UUID, "one", 1, 11, 100, NOW, NOW),
                        new Voter(2, Uuid.ZERO_UUID, "two", 2, 22, 100, secondHeardMs, secondHeardMs)),
                List.of());
    }
}
