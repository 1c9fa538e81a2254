// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import static io.shiplog.tools.twin.ClusterTwin.NOBODY;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.JobState;
import io.shiplog.metadata.proto.BrokerStateRecord;
import io.shiplog.metadata.proto.DirectoryState;
import io.shiplog.tools.Shiplog;
import io.shiplog.tools.Shiplog.Said;
import io.shiplog.tools.twin.ClusterTwin;
import io.shiplog.tools.twin.StorageTwin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands about jobs against a cluster: what they start and steer, and what is refused before anything begins. */
class JobsOnAClusterTest {
    @TempDir
    private Path directory;

    private ClusterTwin cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = new ClusterTwin(4).topic("orders", List.of(List.of(1, 2, 3), List.of(2, 3, 1)));
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    private Said run(String... arguments) {
        return Shiplog.run(cluster, arguments);
    }

    private Said words(String command) {
        return run(command.split(" "));
    }

    private JobImage job(long id) {
        return cluster.quorum().image().jobs().job(id);
    }

    /** Refused in a line or more, exit 1, and the controller has been asked for nothing. */
    private void refused(Said said, String... parts) {
        assertThat(said.exit()).as(said.out()).isEqualTo(1);
        assertThat(said.err().lines()).isNotEmpty().allMatch(line -> line.startsWith("shiplog: "));
        for (String part : parts) {
            assertThat(said.err()).contains(part);
        }
        assertThat(cluster.quorum().commands()).isEmpty();
        assertThat(cluster.quorum().image().jobs().all()).isEmpty();
    }

    @Test
    void planIsWrittenStartedAndShown() {
        Path file = directory.resolve("plan.json");
        run("reassign", "plan", "--drain", "1", "--rate", "1MiB", "--out", file.toString())
                .isFine("2 moves, 2 new replicas, 2.0 MiB to copy: about 2 s at 1.0 MiB/s", "written to");
        run("reassign", "start", file.toString()).isFine("job 1 started; shiplog reassign status 1 --watch");
        assertThat(job(1).moves()).hasSize(2);
        assertThat(cluster.quorum().image().broker(1).cordoned()).isTrue();
        words("reassign status").isFine("job 1 running: 0.0 %, 0 of 2 moves", "orders-0");
        Map<String, Object> status = words("reassign status 1 --json").object();
        assertThat(status).containsEntry("moves", 2L).containsEntry("state", "RUNNING");
        assertThat(words("reassign list --json").rows())
                .singleElement()
                .satisfies(row -> assertThat(row).containsEntry("job", 1L));
        words("cluster").isFine("1 open", "drain node 1");
    }

    @Test
    void jobIsSteered() {
        words("decommission 1").isFine("job 1 started", "next: when it is done, stop node 1");
        words("reassign pause 1").isFine("paused");
        assertThat(job(1).state()).isEqualTo(JobState.PAUSED);
        assertThat(words("reassign resume 1 --json").object()).containsEntry("state", "RUNNING");
        words("reassign rate 1 5MiB").isFine("at most 5.0 MiB/s");
        words("reassign rate 1 adaptive").isFine("as fast as leaves headroom");
        words("reassign cancel 1").isFine("everything goes back");
        assertThat(job(1).state()).isIn(JobState.CANCELLING, JobState.CANCELLED);
    }

    @Test
    void dryRunStartsNothing() {
        words("decommission 1 --dry-run").isFine("nothing was started");
        words("replace 1 --by 4 --dry-run").isFine("replace node 1 by 4");
        words("topics alter orders --replication-factor 4 --dry-run").isFine("2 moves");
        assertThat(cluster.quorum().commands()).isEmpty();
        assertThat(cluster.quorum().image().broker(1).cordoned()).isFalse();
    }

    @Test
    void whatHasNothingToMoveIsNoJob() {
        words("topics alter orders --replication-factor 3").isFine("nothing has to move");
        assertThat(words("topics alter orders --replication-factor 3 --json").object())
                .containsEntry("outcome", "nothing to do");
        assertThat(cluster.quorum().commands()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "decommission 9 | node 9 is not registered; there are 1, 2, 3, 4",
                "replace 1 --by 9 | node 9 is not registered",
                "replace 1 --by 1 | a node cannot replace itself; name another one",
                "reassign plan --add-nodes 9 | node 9 is not registered",
                "reassign plan --off-rack r9 | no node is in rack r9; there are (none)",
                "reassign plan --off-directory 1:/x | node 1 has no directory /x; it has /disk",
                "reassign plan --replication-factor 3 --topics nothing | there is no topic nothing",
                "topics alter orders --replication-factor 5 | takes 5 nodes, and there are 4; add nodes or take a smaller one",
                "topics alter orders --replication-factor 0 | 1 is the least",
                "topics alter nothing --replication-factor 2 | there is no topic nothing; bin/shiplog topics lists all",
                "nodes cordon 9 | there is no storage node 9; registered are [1, 2, 3, 4]",
                "nodes unregister 1 | node 1 still has 2 replicas; first: shiplog decommission 1",
                "reassign pause 7 | there is no job 7; the cluster has none (shiplog reassign list)",
                "reassign status 7 | there is no job 7",
                "reassign cancel 7 | there is no job 7"
            })
    void whatCannotBeIsSaidWithWhatCould(String command, String sentence) {
        refused(words(command), sentence);
    }

    @Test
    void twoJobsOnOnePartitionAreRefused() throws IOException {
        Path file = write("[{\"topic\":\"orders\",\"partition\":0,\"replicas\":[1,2,4]}]");
        run("reassign", "start", file.toString()).isFine("job 1 started");
        int before = cluster.quorum().commands().size();
        Said second = run("reassign", "start", file.toString());
        second.isRefused(1, "orders-0 is part of job 1; wait for that, or cancel it");
        words("decommission 3").isRefused(1, "is part of job 1");
        assertThat(cluster.quorum().commands()).hasSize(before);
        assertThat(cluster.quorum().image().jobs().all()).hasSize(1);
    }

    @Test
    void planOfAClusterThatHasChangedIsRefused() {
        Path file = directory.resolve("plan.json");
        run("reassign", "plan", "--drain", "1", "--out", file.toString()).isFine();
        cluster.partition("orders", 0, List.of(4, 2, 3), List.of(4, 2, 3), 4);
        refused(
                run("reassign", "start", file.toString()),
                "orders-0 has replicas [4, 2, 3], and [1, 2, 3] when this was planned; plan again");
    }

    @Test
    void targetThatIsDownFullOrKeptFreeIsRefused() {
        cluster.fenced(4);
        refused(words("reassign plan --add-nodes 4"), "node 4 is down and takes no replicas; start it first");
        cluster.state(4, BrokerStateRecord.newBuilder().setCordoned(true));
        refused(words("replace 1 --by 4"), "node 4 is cordoned", "shiplog nodes uncordon 4");
        cluster.state(4, BrokerStateRecord.newBuilder().setDraining(true));
        refused(words("decommission 1"), "every node that serves and stays has one already");
        refused(words("replace 1 --by 4"), "node 4 is draining", "shiplog maintenance off 4");
        cluster.state(4, BrokerStateRecord.newBuilder());
        cluster.node(4)
                .directory(DirectoryState.newBuilder()
                        .setPath(StorageTwin.DIRECTORY)
                        .setTotalBytes(1 << 20)
                        .setUsableBytes(1 << 10));
        refused(words("decommission 1"), "fits on none of the nodes that could take it (4)", "make room or add a node");
        refused(words("replace 1 --by 4"), "does not fit on node 4");
    }

    @Test
    void partitionWithoutALeaderIsBroughtBackFirst() {
        cluster.partition("orders", 0, List.of(1, 2, 3), List.of(), NOBODY);
        refused(words("decommission 1"), "orders-0 has no leader", "shiplog recover plan");
    }

    @Test
    void fileOfKafkasToolThatDoesNotFitIsRefused() throws IOException {
        refused(
                run(
                        "reassign",
                        "start",
                        write("[{\"topic\":\"nothing\",\"partition\":0,\"replicas\":[1]}]")
                                .toString()),
                "nothing-0 does not exist: there is no topic nothing");
        refused(
                run(
                        "reassign",
                        "start",
                        write("[{\"topic\":\"orders\",\"partition\":5,\"replicas\":[1]}]")
                                .toString()),
                "orders-5 does not exist: the topic has no such partition");
        refused(
                run(
                        "reassign",
                        "start",
                        write("[{\"topic\":\"orders\",\"partition\":0,\"replicas\":[1,1]}]")
                                .toString()),
                "name each node once");
        refused(
                run(
                        "reassign",
                        "start",
                        write("[{\"topic\":\"orders\",\"partition\":0,\"replicas\":[1,2,3]}]")
                                .toString()),
                "nothing has to move");
    }

    @Test
    void planThatCannotBeWrittenIsOneLine() {
        Said said = run(
                "reassign",
                "plan",
                "--drain",
                "1",
                "--out",
                directory.resolve("no/plan.json").toString());
        said.isRefused(1, "plan.json cannot be written: there is no such directory");
    }

    // ---- settings and a job in one command

    /** Whether they only checked, in order. */
    private final List<Boolean> configRequests = new CopyOnWriteArrayList<>();

    private void configs(Errors answer) {
        cluster.nodes()
                .forEach(node -> node.on(ApiKeys.INCREMENTAL_ALTER_CONFIGS, request -> {
                    configRequests.add(((IncrementalAlterConfigsRequestData) request).validateOnly());
                    var response = new IncrementalAlterConfigsResponseData();
                    ((IncrementalAlterConfigsRequestData) request)
                            .resources()
                            .forEach(resource -> response.responses()
                                    .add(new IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse()
                                            .setResourceType(resource.resourceType())
                                            .setResourceName(resource.resourceName())
                                            .setErrorCode(answer.code())
                                            .setErrorMessage(
                                                    answer == Errors.NONE ? null : "retention.ms is no number")));
                    return response;
                }));
    }

    @Test
    void settingThatIsRefusedStartsNoJob() {
        configs(Errors.INVALID_CONFIG);
        Said said = words("topics alter orders --replication-factor 4 --config retention.ms=x");
        said.isRefused(1, "topic orders: retention.ms is no number; nothing was changed");
        assertThat(configRequests).containsExactly(true);
        assertThat(cluster.quorum().commands()).isEmpty();
    }

    @Test
    void jobThatIsRefusedChangesNoSetting() {
        configs(Errors.NONE);
        words("topics alter orders --replication-factor 5 --config retention.ms=1")
                .isRefused(1, "takes 5 nodes");
        assertThat(configRequests).isEmpty();
    }

    @Test
    void settingsAreCheckedThenChangedThenTheJobStarts() {
        configs(Errors.NONE);
        words("topics alter orders --replication-factor 4 --config retention.ms=1")
                .isFine("settings changed", "job 1 started");
        assertThat(configRequests).containsExactly(true, false);
        assertThat(words("topics alter orders --config retention.ms=2 --json").object())
                .containsEntry("outcome", "settings changed");
    }

    private Path write(String partitions) throws IOException {
        return Files.writeString(directory.resolve("plan.json"), "{\"version\":1,\"partitions\":" + partitions + "}");
    }
}
