// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.operate;

import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.connect.Names;
import io.shiplog.tools.quorum.QuorumClient;
import io.shiplog.tools.quorum.RestartVerdict;
import io.shiplog.tools.rolling.NodeName;
import io.shiplog.tools.text.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Whether a node may be restarted now. */
@Command(
        name = "may-restart",
        mixinStandardHelpOptions = true,
        description = "Says whether a node may be restarted now, and with what margin: exit 0 yes, 1 no.",
        footer = {
            "",
            "The margin of a storage node: so many more replicas of any of its partitions could be lost while it is away.",
            "",
            "Examples:",
            "  shiplog may-restart storage-2",
            "  shiplog may-restart quorum-1 && ssh q1 systemctl restart shiplog-quorum",
            "  shiplog may-restart node-3 --wait=10m     a process with both roles; waits until the answer is yes"
        })
public final class MayRestartCommand implements Callable<Integer> {
    @Mixin
    private Connection connection;

    @Mixin
    private Patience patience;

    @Parameters(
            paramLabel = "NODE",
            description = "storage-2, quorum-1, node-3 (both), or the number of a storage node.")
    private String name;

    @Override
    public Integer call() throws Exception {
        NodeName node = Names.node(name);
        patience.waitMs();
        try (Cluster cluster = connection.connect()) {
            QuorumClient quorum = cluster.quorum();
            RestartVerdict[] verdict = {null};
            patience.until(() -> {
                verdict[0] = verdict(quorum, node);
                return verdict[0].safe();
            });
            print(verdict[0]);
            return verdict[0].safe() ? 0 : 1;
        }
    }

    /** By metadata that are as new as the active controller's; a moment without one, as in an election, is no yes and no failure. */
    private static RestartVerdict verdict(QuorumClient quorum, NodeName node) throws InterruptedException {
        QuorumDescription now = quorum.describedOrNull();
        if (now == null) {
            return RestartVerdict.unknown(
                    node, "no active controller answers, so nobody knows; a majority of the quorum must run");
        }
        MetadataImage image = quorum.imageAsOf(now);
        return image == null
                ? RestartVerdict.unknown(
                        node, "the metadata that came here are older than the active controller's; ask again")
                : RestartVerdict.of(image, now, node, System.currentTimeMillis());
    }

    private void print(RestartVerdict verdict) {
        var out = connection.out();
        if (connection.json()) {
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("node", verdict.node().toString());
            answer.put("safe", verdict.safe());
            answer.put("margin", verdict.margin());
            answer.put("partitions", verdict.partitions());
            answer.put("forbidding", verdict.forbidding());
            answer.put("votersKeepingUp", verdict.votersKeepingUp());
            answer.put("votersNeeded", verdict.votersNeeded());
            answer.put("objections", verdict.objections());
            out.println(Json.write(answer));
        } else {
            out.println(verdict.sentence());
            verdict.objections().forEach(objection -> out.println("  " + objection));
        }
        out.flush();
    }
}
