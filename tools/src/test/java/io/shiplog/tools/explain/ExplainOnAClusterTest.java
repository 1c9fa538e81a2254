// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.tools.Shiplog;
import io.shiplog.tools.Shiplog.Said;
import io.shiplog.tools.twin.ClusterTwin;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The command itself: whom it asks, and what it says when hardly anybody answers. */
class ExplainOnAClusterTest {
    private ClusterTwin cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = new ClusterTwin(3).topic("orders", List.of(List.of(1, 2, 3), List.of(2, 3, 1)));
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    private Said explain(String what) {
        return Shiplog.run(("explain " + what + " --timeout-ms 1000 --bootstrap "
                        + cluster.node(1).address())
                .split(" "));
    }

    @Test
    void onlyOneQuorumNodeThatAnswersIsNoMajority() {
        explain("partition orders-0").isFine("orders-0: healthy", "1 of 3 nodes answer, 2 are needed");
        assertThat(explain("topic orders --json").object()).containsEntry("healthy", false);
        explain("cluster").isFine("3 of 3 storage nodes serve, 1 of 3 quorum nodes answer");
    }

    @Test
    void withoutAnyQuorumNodeStorageNodesTellWhatTheyKnow() {
        cluster.partition("orders", 1, List.of(2, 3, 1), List.of(2), 2);
        cluster.quorum().close();
        Said partition = explain("partition orders-1")
                .isFine(
                        "no quorum node answers; storage nodes go on serving",
                        "connection refused",
                        "as a storage node knows orders-1: led by 2; in sync 2 of 1,2,3",
                        "bin/quorum-node CONFIG");
        assertThat(partition.err()).isEmpty();
        explain("topic orders").isFine("topic orders: 2 partitions, 0 without a leader, 1 not wholly in sync");
        explain("cluster").isFine("knows these as serving: 1,2,3", "all topics: 2 partitions");
        Map<String, Object> json = explain("cluster --json").object();
        assertThat(json).containsEntry("healthy", false);
        assertThat((List<?>) json.get("findings")).singleElement().asString().contains("QUORUM_NO_MAJORITY");
        explain("partition orders-9").isRefused(1, "there is no partition orders-9; it has 0 to 1");
        explain("topic nothing").isRefused(1, "there is no topic nothing, says a storage node");
    }

    @Test
    void withoutAnybodyItIsSaidThatNobodyListens() throws Exception {
        String storage = cluster.node(1).address();
        cluster.close();
        Shiplog.run("explain", "cluster", "--bootstrap", storage).isRefused(1, "nothing listens at " + storage);
    }

    /** Of two ways that were given the one that leads somewhere is taken. */
    @Test
    void quorumThatIsGivenWronglyIsFoundByTheStorageNodes() {
        Shiplog.run(
                        "nodes",
                        "--quorum",
                        "127.0.0.1:1",
                        "--bootstrap",
                        cluster.node(1).address())
                .isFine("storage-3", "quorum-1");
        Shiplog.run(
                        "reassign",
                        "plan",
                        "--balance",
                        "--quorum",
                        cluster.quorum().address(),
                        "--bootstrap",
                        "127.0.0.1:1")
                .isFine("nothing has to move");
    }
}
