// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.operate;

import static io.shiplog.tools.twin.ClusterTwin.NOBODY;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.proto.BrokerStateRecord;
import io.shiplog.metadata.proto.VoterState;
import io.shiplog.tools.Shiplog;
import io.shiplog.tools.Shiplog.Said;
import io.shiplog.tools.twin.ClusterTwin;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the commands that keep a cluster going do, print and refuse. */
class OperateCommandsTest {
    private ClusterTwin cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = new ClusterTwin(3)
                .topic("orders", List.of(List.of(1, 2, 3), List.of(2, 3, 1)))
                .config("orders", "min.insync.replicas", "2");
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    private Said run(String... arguments) {
        return Shiplog.run(cluster, arguments);
    }

    // ---- may-restart

    @Test
    void mayRestartSaysYesWithTheMargin() {
        run("may-restart", "storage-2").isFine("yes: storage-2 may be restarted (margin 0", "2 partitions");
        Map<String, Object> json = run("may-restart", "2", "--json").object();
        assertThat(json).containsEntry("safe", true).containsEntry("margin", 0L).containsEntry("partitions", 2L);
        run("may-restart", "quorum-1").isFine("2 other voters keep up, 2 are needed");
    }

    @Test
    void mayRestartSaysNoWhereAPartitionWouldStop() {
        cluster.partition("orders", 1, List.of(2, 3, 1), List.of(2, 3), 2);
        Said no = run("may-restart", "storage-2");
        assertThat(no.exit()).isEqualTo(1);
        assertThat(no.out())
                .startsWith("no: storage-2 must not be restarted now")
                .contains("orders-1: 1 in-sync");
    }

    @Test
    void mayRestartOfNobodyIsNo() {
        Said no = run("may-restart", "storage-9");
        assertThat(no.exit()).isEqualTo(1);
        assertThat(no.out()).contains("storage-9 is not registered; bin/shiplog nodes shows");
        run("may-restart", "disk-1").isRefused(2, "disk-1 is no node: storage-2, quorum-1");
    }

    /** An election in the middle of the waiting is no reason to give up. */
    @Test
    void mayRestartWaitsOutAnElection() {
        boolean[] connected = {false};
        cluster.quorum().describing(description -> {
            if (!connected[0]) {
                connected[0] = true;
                cluster.quorum().electsForMs(2_500);
            }
        });
        run("may-restart", "storage-2", "--wait=30s").isFine("yes: storage-2");
    }

    @Test
    void mayRestartWithoutAControllerIsRefused() {
        cluster.quorum().active(false);
        run("may-restart", "storage-2", "--timeout-ms", "500").isRefused(1, "no active controller", "a majority");
    }

    /** What reached this tool may be older than what the controller has decided: that is no yes. */
    @Test
    void mayRestartSaysNoByOldMetadata() {
        int[] asked = {0};
        cluster.quorum().describing(description -> {
            if (asked[0]++ > 0) {
                description.setMetadataOffset(description.getMetadataOffset() + 5);
            }
        });
        Said no = run("may-restart", "storage-2");
        assertThat(no.exit()).isEqualTo(1);
        assertThat(no.out()).contains("older than the active controller's");
    }

    /** The controller's clock is an hour behind this one, and a voter is silent. */
    @Test
    void mayRestartGoesByTheControllersClock() {
        long hourMs = 3_600_000;
        cluster.quorum().describing(description -> {
            for (VoterState.Builder voter : description.getVotersBuilderList()) {
                voter.setLastFetchMs(voter.getLastFetchMs() - hourMs);
            }
        });
        run("may-restart", "quorum-2").isFine("yes: quorum-2");
        run("cluster").isFine(": healthy");
    }

    // ---- maintenance

    @Test
    void maintenanceOnAsksTheControllerAndSaysWhatIsLeft() {
        Said on = run("maintenance", "on", "storage-2").isFine("storage-2 is in maintenance");
        assertThat(cluster.quorum().image().broker(2).draining()).isTrue();
        assertThat(on.out()).contains("next: shiplog ");
        Map<String, Object> json =
                run("maintenance", "off", "storage-2", "--json").object();
        assertThat(json).containsEntry("maintenance", false).containsEntry("done", true);
        assertThat(cluster.quorum().image().broker(2).draining()).isFalse();
    }

    @Test
    void maintenanceWaitsInVainForAPartitionThatNobodyElseCanLead() {
        cluster.topic("single", List.of(List.of(2)));
        Said on = run("maintenance", "on", "2", "--wait=0.2s");
        assertThat(on.exit()).isEqualTo(1);
        assertThat(on.out()).contains("single-0: it has no other replica");
    }

    @Test
    void maintenanceOffWaitsForANodeThatIsDown() {
        cluster.fenced(2);
        Said off = run("maintenance", "off", "2", "--wait=0.2s");
        assertThat(off.exit()).isEqualTo(1);
        assertThat(off.out()).contains("storage-2 is fenced").contains("next: shiplog maintenance off");
    }

    /** One half is done by then; the other half is named. */
    @Test
    void maintenanceOfBothRolesSaysWhatIsDoneWhenTheOfficeIsKept() {
        cluster.quorum().changesEnd(Errors.REQUEST_TIMED_OUT, "another change is under way");
        run("maintenance", "on", "node-1")
                .isRefused(
                        1,
                        "quorum-1 keeps the office",
                        "another change is under way",
                        "storage-1 is in maintenance already");
        assertThat(cluster.quorum().image().broker(1).draining()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"maintenance on storage-9", "maintenance off 9"})
    void nodeThatThereIsNotIsNamedWithThoseThatThereAre(String command) {
        run(command.split(" ")).isRefused(1, "there is no storage node 9", "registered are [1, 2, 3]");
        assertThat(cluster.quorum().commands()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "maintenance",
                "maintenance on",
                "maintenance on disk-1",
                "maintenance on 1 --wait soon",
                "may-restart",
                "recover",
                "recover run",
                "recover run --yes",
                "recover plan --strategy brave",
                "leaders elect",
                "leaders elect orders --partition first",
                "leaders elect orders --unclean",
                "quorum add storage-1",
                "quorum add",
                "quorum remove 1.5",
                "quorum transfer node",
                "quorum add 4 --directory-id ?"
            })
    void wrongUsageIsOneLineAndExitTwo(String command) {
        run(command.split(" ")).isRefused(2);
        assertThat(cluster.quorum().commands()).isEmpty();
    }

    // ---- the quorum

    @Test
    void quorumNodesAreNamedAsTheyAreListed() {
        for (String name : List.of("4", "quorum-4", "node-4")) {
            run("quorum", "add", name).isFine("quorum node 4 is a voter");
        }
        run("quorum", "remove", "quorum-3").isFine("quorum node 3 is no voter any more");
        run("quorum", "transfer", "2").isFine("handed over");
        assertThat(run("quorum", "transfer", "--json").object()).containsEntry("done", true);
    }

    @Test
    void quorumChangeThatIsRefusedIsOneLineInTheQuorumsWords() {
        cluster.quorum().changesEnd(Errors.VOTER_NOT_FOUND, "quorum node 9 is no voter.");
        Said refused = run("quorum", "remove", "9");
        refused.isRefused(1, "shiplog: quorum node 9 is no voter");
        assertThat(refused.err().strip()).doesNotEndWith(".");
    }

    // ---- leaders

    private void elections(short answer) {
        cluster.nodes()
                .forEach(node -> node.on(ApiKeys.ELECT_LEADERS, request -> {
                    ElectLeadersResponseData response = new ElectLeadersResponseData();
                    var topics = ((ElectLeadersRequestData) request).topicPartitions();
                    var orders = new ElectLeadersResponseData.ReplicaElectionResult().setTopic("orders");
                    for (int number = 0; number < 2; number++) {
                        int wanted = number;
                        boolean asked = topics == null
                                || topics.stream()
                                        .anyMatch(each -> each.partitions().contains(wanted));
                        if (asked) {
                            boolean led = cluster.quorum()
                                    .image()
                                    .topic("orders")
                                    .partition(number)
                                    .isLedByPreferred();
                            orders.partitionResult()
                                    .add(new ElectLeadersResponseData.PartitionResult()
                                            .setPartitionId(number)
                                            .setErrorCode(led ? Errors.ELECTION_NOT_NEEDED.code() : answer));
                            if (!led && answer == Errors.NONE.code()) {
                                List<Integer> replicas = number == 0 ? List.of(1, 2, 3) : List.of(2, 3, 1);
                                cluster.partition("orders", number, replicas, replicas, replicas.get(0));
                            }
                        }
                    }
                    return response.setReplicaElectionResults(List.of(orders));
                }));
    }

    @Test
    void leadersAreCountedByNode() {
        cluster.partition("orders", 1, List.of(2, 3, 1), List.of(1, 2, 3), 1);
        assertThat(run("leaders", "--json").rows())
                .first()
                .satisfies(row -> assertThat(row)
                        .containsEntry("node", "storage-1")
                        .containsEntry("leads", 2L)
                        .containsEntry("preferred", 1L)
                        .containsEntry("replicas", 2L));
    }

    @Test
    void balanceSaysHowManyMovedAndThatAllLead() {
        cluster.partition("orders", 1, List.of(2, 3, 1), List.of(1, 2, 3), 1);
        elections(Errors.NONE.code());
        run("leaders", "balance").isFine("1 leaderships moved; every preferred leader leads");
    }

    @Test
    void balanceSaysWhatIsInTheWay() {
        cluster.partition("orders", 1, List.of(2, 3, 1), List.of(1, 3), 1);
        elections(Errors.PREFERRED_LEADER_NOT_AVAILABLE.code());
        Said left = run("leaders", "balance", "--wait=0.2s");
        assertThat(left.exit()).isEqualTo(1);
        assertThat(left.out())
                .contains("0 leaderships moved; 1 partitions are not led")
                .contains("storage-2 is not in sync");
        assertThat(run("leaders", "balance", "--json").object()).containsEntry("balanced", false);
    }

    @Test
    void electSaysHowEachPartitionFared() {
        cluster.partition("orders", 1, List.of(2, 3, 1), List.of(1, 2, 3), 1);
        elections(Errors.NONE.code());
        List<Map<String, Object>> rows =
                run("leaders", "elect", "orders", "--json").rows();
        assertThat(rows).extracting(row -> row.get("outcome")).containsExactly("not needed", "elected");
        run("leaders", "elect", "nothing").isRefused(1, "there is no topic nothing");
        run("leaders", "elect", "orders", "--partition", "7").isRefused(1, "it has 0 to 1");
    }

    @Test
    void electThatIsRefusedIsExitOne() {
        cluster.partition("orders", 1, List.of(2, 3, 1), List.of(1, 3), 1);
        elections(Errors.PREFERRED_LEADER_NOT_AVAILABLE.code());
        assertThat(run("leaders", "elect", "orders", "--partition", "1").exit()).isEqualTo(1);
    }

    // ---- recovery

    @Test
    void recoverPlanOfAWholeClusterHasNothingToDo() {
        run("recover", "plan").isFine("every partition has a leader");
        assertThat(run("recover", "plan", "--json").rows()).isEmpty();
        assertThat(cluster.quorum().commands()).isEmpty();
    }

    @Test
    void recoverRunOfATopicAsksForConsent() {
        cluster.partition("orders", 1, List.of(2, 3, 1), List.of(), NOBODY);
        run("recover", "run", "orders").isRefused(2, "name each partition (orders-1 ...)", "--yes for all 1");
        assertThat(cluster.quorum().commands()).isEmpty();
    }

    @Test
    void recoverOfWhatThereIsNotIsRefused() {
        run("recover", "plan", "nothing").isRefused(1, "there is no topic nothing");
        run("recover", "plan", "nothing-1").isRefused(1, "there is no topic nothing");
        run("recover", "run", "orders-7").isRefused(1, "there is no partition orders-7; it has 0 to 1");
        assertThat(cluster.quorum().commands()).isEmpty();
    }

    @Test
    void recoverOfAPartitionThatIsLedIsRefusedByTheController() {
        Said plan = run("recover", "plan", "orders-0");
        assertThat(plan.exit()).isEqualTo(1);
        assertThat(plan.out()).contains("orders-0").contains("nothing was changed");
    }

    // ---- where the cluster is

    @Test
    void withoutConnectionOneLineSaysWhatIsThere() {
        for (String command : List.of("may-restart 1", "maintenance on 1", "leaders", "recover plan", "quorum")) {
            String[] words = (command + " --quorum 127.0.0.1:1 --timeout-ms 500").split(" ");
            Shiplog.run(words).isRefused(1, "nothing listens at 127.0.0.1:1");
        }
    }

    @Test
    void wrongPortIsNamedWithTheOptionThatTakesIt() {
        String storage = cluster.node(1).address();
        String quorum = cluster.quorum().address();
        Shiplog.run("leaders", "--quorum", storage).isRefused(1, "Kafka port of a storage node: --bootstrap takes it");
        Shiplog.run("leaders", "--bootstrap", quorum).isRefused(1, "is the metadata endpoint", "--quorum takes it");
    }

    @Test
    void nodeThatIsStoppingIsSaidToBe() {
        cluster.state(2, BrokerStateRecord.newBuilder().setInControlledShutdown(true));
        Said off = run("maintenance", "off", "2", "--wait=0.1s");
        assertThat(off.out()).contains("does not serve");
    }
}
