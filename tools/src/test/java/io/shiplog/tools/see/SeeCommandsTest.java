// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import static io.shiplog.tools.twin.ClusterTwin.NOBODY;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.Features;
import io.shiplog.metadata.proto.BrokerStateRecord;
import io.shiplog.metadata.proto.DirectoryState;
import io.shiplog.metadata.proto.HistoryLine;
import io.shiplog.tools.Shiplog;
import io.shiplog.tools.Shiplog.Said;
import io.shiplog.tools.twin.ClusterTwin;
import io.shiplog.tools.twin.StorageTwin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the commands that look at a cluster print, for people and for programs, and how they end; those that ask the quorum and the nodes. */
class SeeCommandsTest {
    @TempDir
    private Path directory;

    private ClusterTwin cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = new ClusterTwin(3).topic("orders", List.of(List.of(1, 2, 3), List.of(2, 3, 1)));
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    private Said run(String... arguments) {
        return Shiplog.run(cluster, arguments);
    }

    private List<Object> column(String name, String... arguments) {
        List<Object> values = new ArrayList<>();
        String[] json = Arrays.copyOf(arguments, arguments.length + 1);
        json[arguments.length] = "--json";
        run(json).isFine().rows().forEach(row -> values.add(row.get(name)));
        return values;
    }

    // ---- cluster and nodes

    @Test
    void clusterSaysThatAllIsWell() {
        run("cluster")
                .isFine(ClusterTwin.CLUSTER_ID + ": healthy", "quorum-1 in term 4", "storage-3", "jobs        none");
        assertThat(run("cluster", "--check").exit()).isZero();
        Map<String, Object> json = run("cluster", "--json").object();
        assertThat(json).containsEntry("health", "healthy").containsEntry("controller", 1L);
        assertThat((List<?>) json.get("nodes")).hasSize(6);
    }

    @Test
    void clusterThatIsNotWellSaysWhyAndCheckFails() {
        cluster.fenced(3).partition("orders", 1, List.of(2, 3, 1), List.of(), NOBODY);
        cluster.node(2).directory(DirectoryState.newBuilder().setPath("/full").setFull(true));
        Said said = run("cluster", "--check");
        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.out())
                .contains(": critical", "1 partition is without a leader", "storage-3 is fenced", "/full is full");
    }

    @Test
    void emptyClusterIsShownByEveryCommand() throws Exception {
        try (ClusterTwin empty = new ClusterTwin(0)) {
            for (String command : List.of(
                    "cluster",
                    "nodes",
                    "topics",
                    "partitions",
                    "logs",
                    "logs --all",
                    "leaders",
                    "history",
                    "quorum",
                    "recover plan",
                    "reassign list",
                    "reassign status",
                    "explain cluster",
                    "cluster --json",
                    "nodes --json",
                    "topics --json",
                    "logs --json")) {
                Said said = Shiplog.run((command + " --quorum " + empty.quorum().address()).split(" "));
                assertThat(said.exit()).as("%s: %s", command, said.err()).isZero();
            }
        }
    }

    @Test
    void clusterWaitsForNodesInVain() {
        run("cluster", "--wait", "4", "--timeout-ms", "300").isRefused(1, "3 of 4 storage nodes serve");
        run("cluster", "--wait", "-1").isRefused(2, "--wait -1");
        run("cluster", "--wait", "3").isFine(": healthy");
    }

    @Test
    void nodesSayWhatTheyAreAndThatTheyAreKeptFree() {
        cluster.state(2, BrokerStateRecord.newBuilder().setDraining(true).setCordoned(true));
        cluster.state(3, BrokerStateRecord.newBuilder().setFenced(true).setCordoned(true));
        run("nodes").isFine("25% of 100.0 GiB", "0.1.0", "1 min");
        assertThat(column("state", "nodes"))
                .containsExactly("serving", "draining, cordoned", "fenced, cordoned", "leader", "voter", "voter");
    }

    /** Without a controller what one quorum node has is shown, and that it may be old is said; on the other stream, for programs. */
    @ParameterizedTest
    @ValueSource(strings = {"nodes", "topics", "partitions", "logs orders", "topics describe orders"})
    void whatMayBeOldIsSaidToBe(String command) {
        cluster.quorum().active(false);
        Said said = run(command.split(" "));
        assertThat(said.exit()).as(said.err()).isZero();
        assertThat(said.err().strip())
                .isEqualTo("shiplog: no active controller; this is what one quorum node knew last");
        assertThat(said.out()).isNotEmpty();
    }

    @Test
    void whatNeedsAControllerIsRefusedWithoutOne() {
        cluster.quorum().active(false);
        for (String command : List.of("quorum", "history", "leaders")) {
            run(command, "--timeout-ms", "400")
                    .isRefused(1, "no active controller", "a majority of its nodes must run");
        }
    }

    // ---- topics and partitions

    @Test
    void topicsHaveSizesAndProblems() {
        cluster.partition("orders", 1, List.of(2, 3, 1), List.of(2), 2);
        run("topics").isFine("2.0 MiB", "2000", "1 below min ISR");
        Map<String, Object> row = run("topics", "--json").rows().get(0);
        assertThat(row)
                .containsEntry("topic", "orders")
                .containsEntry("bytes", 2 * StorageTwin.BYTES)
                .containsEntry("records", 2 * StorageTwin.RECORDS)
                .containsEntry("replicas", 3L)
                .containsEntry("problems", 1L);
    }

    @Test
    void sizeThatLacksAPartitionIsAtLeast() {
        cluster.node(2).mute();
        run("topics").isFine(">= 1.0 MiB");
    }

    @Test
    void replicasThatDifferAreNotShownAsOneNumber() {
        cluster.partition("orders", 1, List.of(2, 3), List.of(2, 3), 2);
        run("topics").isFine("2 to 3");
        run("topics", "describe", "orders").isFine("replicas  2 to 3");
        assertThat(column("replicas", "topics")).containsExactly(2L);
    }

    @Test
    void describeShowsSettingsAndPartitions() {
        cluster.config("orders", "retention.ms", "1000");
        run("topics", "describe", "orders").isFine("{retention.ms=1000}", "2.0 MiB in each copy, 2000 records");
        Map<String, Object> json = run("topics", "describe", "orders", "--json").object();
        assertThat(json).containsEntry("topic", "orders").containsEntry("configs", Map.of("retention.ms", "1000"));
        assertThat((List<?>) json.get("partitions")).hasSize(2);
    }

    @Test
    void filtersOfPartitionsFindWhatAnyOfThemFinds() {
        cluster.config("orders", "min.insync.replicas", "2").topic("single", List.of(List.of(3)));
        cluster.partition("orders", 0, List.of(1, 2, 3), List.of(), NOBODY);
        cluster.partition("orders", 1, List.of(2, 3, 1), List.of(2), 2);
        assertThat(column("partition", "partitions", "--offline")).containsExactly(0L);
        assertThat(column("partition", "partitions", "--below-min-isr")).containsExactly(1L);
        assertThat(column("problem", "partitions", "--offline", "--below-min-isr"))
                .containsExactly("offline", "below min ISR");
        assertThat(column("topic", "partitions", "--node", "3")).containsExactly("orders", "orders", "single");
        assertThat(column("topic", "partitions", "single")).containsExactly("single");
        assertThat(column("topic", "partitions", "--moving")).isEmpty();
        assertThat(column("highWatermark", "partitions", "orders")).containsExactly(null, StorageTwin.RECORDS);
    }

    /** A node answers eight questions at a time, of a thousand partitions each, and declines the rest. */
    @Test
    void partitionsOfALargeTopicAreAllAskedAboutAndNoNodeIsAskedTooMuchAtOnce() {
        cluster.topic("large", Collections.nCopies(12_500, List.of(1)));
        cluster.node(1).answersAfterMs(20);
        assertThat(column("highWatermark", "partitions", "large"))
                .hasSize(12_500)
                .containsOnly(StorageTwin.RECORDS);
        assertThat(cluster.node(1).mostQuestions()).isBetween(1, 4);
    }

    // ---- logs

    @Test
    void logsShowDirectoriesAndReplicas() {
        cluster.node(2).mute();
        Said said = run("logs").isFine("/disk", "75.0 GiB", "did not answer: UNKNOWN_SERVER_ERROR not now");
        assertThat(said.out().lines()).hasSize(4);
        assertThat(column("node", "logs", "--node", "storage-3")).containsExactly("storage-3");
        assertThat(column("role", "logs", "orders", "--node", "1")).containsExactly("leader", "follower");
        cluster.fenced(2);
        assertThat(column("problem", "logs", "--all", "--node", "2")).containsOnly("the node is fenced");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--verify", "--all"})
    void directoryThatIsNoneIsRefused(String option) throws Exception {
        Path other = Files.createDirectory(directory.resolve("other"));
        for (Path path : List.of(other, directory.resolve("none"))) {
            Shiplog.run(("logs --dir " + path + " " + option).strip().split(" "))
                    .isRefused(1, path.toString());
        }
        assertThat(other).isEmptyDirectory();
    }

    // ---- quorum and history

    @Test
    void quorumShowsEveryVoter() {
        run("quorum").isFine("leader", "follower");
        assertThat(column("state", "quorum", "describe")).containsExactly("leader", "follower", "follower");
    }

    @Test
    void historyIsFilteredByWhoAndWhy() {
        cluster.quorum()
                .history(List.of(
                        HistoryLine.newBuilder()
                                .setKind(HistoryLine.Kind.TOPIC)
                                .setName("orders")
                                .setPrincipal("User:anna")
                                .setCause("created")
                                .build(),
                        HistoryLine.newBuilder()
                                .setKind(HistoryLine.Kind.GAP)
                                .setMissing(7)
                                .build()));
        run("history").isFine("orders", "7 changes without a line");
        assertThat(column("by", "history", "--by", "anna")).containsExactly("User:anna");
        assertThat(column("cause", "history", "--cause", "CREATED")).containsExactly("created");
        assertThat(column("name", "history", "--by", "bert")).isEmpty();
    }

    // ---- what is refused

    @ParameterizedTest
    @ValueSource(
            strings = {
                "partitions nothing",
                "partitions --topic nothing",
                "topics list nothing",
                "topics describe nothing",
                "logs nothing",
                "explain topic nothing",
                "explain partition nothing-0",
                "configs --topic nothing"
            })
    void unknownTopicIsOneLine(String command) {
        run(command.split(" ")).isRefused(1, "there is no topic nothing; bin/shiplog topics lists all");
    }

    @Test
    void topicThatDiffersByADotIsNamed() {
        cluster.topic("a.b", List.of(List.of(1)));
        run("partitions", "a_b").isRefused(1, "there is no topic a_b, but a.b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"partitions --node 9", "logs --node storage-9", "configs --node 9"})
    void unknownNodeIsOneLine(String command) {
        run(command.split(" ")).isRefused(1, "there is no storage node 9; registered are [1, 2, 3]");
    }

    @Test
    void partitionThatATopicHasNotIsNamedWithThoseItHas() {
        run("explain", "partition", "orders-2").isRefused(1, "there is no partition orders-2; it has 0 to 1");
    }

    @Test
    void settingsOfANodeThatIsDownAreRefusedBeforeAnythingIsAsked() {
        cluster.fenced(2);
        run("configs", "--node", "2").isRefused(1, "storage-2 is fenced");
        run("configs", "set", "--node", "2", "a=b").isRefused(1, "start it first");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "partitions --node quorum-1",
                "partitions --watch 0",
                "partitions --watch NaN",
                "partitions --nodes",
                "topics --matching (",
                "history --since yesterday",
                "history --since 1x",
                "history --limit 0",
                "history --limit 1001",
                "history --resource thing:1",
                "logs --verify",
                "logs --dir /x --node 1",
                "logs --dir /x --watch",
                "configs set a=b",
                "configs set --topic orders",
                "configs unset --topic orders",
                "explain partition orders",
                "explain",
                "topics create",
                "topics delete",
                "cluster --timeout-ms 0",
                "cluster --timeout-ms soon"
            })
    void wrongUsageIsOneLineAndExitTwo(String command) {
        run(command.split(" ")).isRefused(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cluster", "nodes", "topics", "partitions", "logs", "history", "quorum", "explain cluster"})
    void withoutConnectionOneLineSaysWhatIsThere(String command) {
        Shiplog.run((command + " --quorum 127.0.0.1:1 --timeout-ms 500").split(" "))
                .isRefused(1, "nothing listens at 127.0.0.1:1", "--quorum names metadata endpoints");
        Shiplog.run((command + " --bootstrap 127.0.0.1:1 --timeout-ms 500").split(" "))
                .isRefused(1, "nothing listens at 127.0.0.1:1", "--bootstrap names storage nodes");
        Shiplog.run((command + " --bootstrap localhost").split(" ")).isRefused(2, "HOST:PORT,... is expected");
    }

    @Test
    void wrongPortIsNamedWithTheOptionThatTakesIt() {
        Shiplog.run("nodes", "--quorum", cluster.node(1).address())
                .isRefused(1, "Kafka port of a storage node: --bootstrap takes it");
        Shiplog.run("nodes", "--bootstrap", cluster.quorum().address())
                .isRefused(1, "is the metadata endpoint of a quorum node: --quorum takes it");
    }

    @Test
    void storageNodesLeadToTheQuorumAndTheOtherWayRound() {
        Shiplog.run("nodes", "--bootstrap", cluster.node(2).address()).isFine("storage-1", "quorum-1");
    }

    /** One of several that is gone is no matter. */
    @Test
    void theNextAddressIsTriedWhenOneIsDead() {
        Shiplog.run("nodes", "--bootstrap", "127.0.0.1:1," + cluster.node(2).address())
                .isFine("storage-3");
    }

    @Test
    void clusterOfOlderSoftwareIsToldWhatToDo() {
        cluster.level(Features.SHIPLOG_METADATA_VERSION, 2);
        for (String command : List.of("reassign list", "nodes cordon 1", "decommission 1")) {
            run(command.split(" "))
                    .isRefused(1, "jobs need level 3", "the cluster is at 2", "kafka-features upgrade --feature");
        }
        run("cluster").isFine(": healthy");
    }
}
