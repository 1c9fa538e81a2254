// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.connect.Names;
import io.shiplog.tools.text.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What commands change about a node itself. */
final class NodeChanges {
    private NodeChanges() {}

    static int cordon(Cluster cluster, Connection target, int id, boolean cordoned) throws InterruptedException {
        JobCalls.requireJobs(cluster);
        Names.storageNode(id, cluster.image());
        JobCalls.cordon(cluster, id, cordoned);
        return say(
                target,
                id,
                cordoned ? "cordoned" : "uncordoned",
                cordoned
                        ? "node " + id + " gets no new replicas; shiplog nodes uncordon " + id + " ends that"
                        : "node " + id + " may get new replicas again");
    }

    /** Refuses while the node runs or anything is assigned to it: nobody would have those replicas any more. */
    static int unregister(Cluster cluster, Connection target, int id) throws Exception {
        BrokerImage broker = Names.storageNode(id, cluster.image());
        List<String> problems = new ArrayList<>();
        int replicas = replicas(cluster, id);
        if (replicas > 0) {
            problems.add("node " + id + " still has " + replicas + " replicas; first: shiplog decommission " + id);
        }
        if (!broker.fenced()) {
            problems.add("node " + id + " is running; stop it first (SIGTERM), after: shiplog may-restart " + id);
        }
        if (!problems.isEmpty()) {
            throw new Refused(problems);
        }
        cluster.admin().unregisterBroker(id).all().get();
        return say(target, id, "unregistered", "node " + id + " is forgotten; its directories may be deleted");
    }

    private static int replicas(Cluster cluster, int id) throws InterruptedException {
        int replicas = 0;
        for (TopicImage topic : cluster.image().topics()) {
            for (PartitionImage partition : topic.partitions()) {
                replicas += partition.isReplica(id) ? 1 : 0;
            }
        }
        return replicas;
    }

    private static int say(Connection target, int id, String outcome, String sentence) {
        if (target.json()) {
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("node", id);
            answer.put("outcome", outcome);
            target.out().println(Json.write(answer));
        } else {
            target.out().println(sentence);
        }
        target.out().flush();
        return JobCommand.YES;
    }
}
