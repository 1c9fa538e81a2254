// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.connect.Unreachable;
import io.shiplog.tools.quorum.ClusterHealth;
import io.shiplog.tools.quorum.NodeTalks;
import io.shiplog.tools.quorum.PartitionHealth;
import io.shiplog.tools.quorum.QuorumClient;
import io.shiplog.tools.text.Json;
import io.shiplog.tools.text.Rows;
import io.shiplog.tools.text.Watch;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The whole cluster on one screen. */
@Command(
        name = "cluster",
        mixinStandardHelpOptions = true,
        description =
                "Shows the cluster on one screen: is it healthy, and if not why; its nodes, its controller, its jobs.",
        footer = {
            "",
            "Examples:",
            "  shiplog cluster                      one look",
            "  shiplog cluster --watch              again every two seconds",
            "  shiplog cluster --check              exit 1 unless it is healthy, for scripts",
            "  shiplog cluster --wait 5             waits until five storage nodes serve"
        })
public final class ClusterCommand implements Callable<Integer> {
    private static final long POLL_MS = 50;

    @Mixin
    private Connection connection;

    @Mixin
    private Watch watch;

    @Option(names = "--wait", paramLabel = "N", description = "First wait until N storage nodes serve.")
    private int wait;

    @Option(names = "--check", description = "Exit 1 when the cluster is not healthy.")
    private boolean check;

    @Override
    public Integer call() throws Exception {
        if (wait < 0) {
            throw connection.usage("--wait " + wait + ": a number of storage nodes is expected");
        }
        try (Cluster cluster = connection.connect();
                NodeTalks talks = new NodeTalks()) {
            QuorumClient quorum = cluster.quorumAsItIs();
            awaitServing(quorum);
            boolean[] first = {true};
            return connection.show(watch, out -> {
                QuorumDescription now = first[0] ? quorum.description() : quorum.describedOrNull();
                first[0] = false;
                return look(quorum.image(), now, talks, out);
            });
        }
    }

    private void awaitServing(QuorumClient quorum) throws InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(connection.timeoutMs());
        while (serving(quorum.image()) < wait) {
            if (System.nanoTime() >= deadlineNs) {
                throw Unreachable.because(serving(quorum.image()) + " of " + wait + " storage nodes serve after "
                        + connection.timeoutMs() + " ms; bin/shiplog nodes shows them");
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
    }

    private static long serving(MetadataImage image) {
        return image.brokers().stream().filter(BrokerImage::active).count();
    }

    private int look(MetadataImage image, QuorumDescription quorum, NodeTalks talks, PrintWriter out)
            throws InterruptedException {
        var answers = talks.nodes(image);
        ClusterHealth health = ClusterHealth.of(image, quorum, answers, System.currentTimeMillis());
        Rows nodes = NodeRows.of(image, quorum, answers);
        if (connection.json()) {
            out.println(Json.write(object(image, quorum, health, nodes)));
        } else {
            print(image, quorum, health, nodes, out);
        }
        return check && health.verdict() != ClusterHealth.Verdict.HEALTHY ? 1 : 0;
    }

    private static Map<String, Object> object(
            MetadataImage image, QuorumDescription quorum, ClusterHealth health, Rows nodes) {
        PartitionHealth.Counts counts = PartitionHealth.count(image);
        Map<String, Object> partitions = new LinkedHashMap<>();
        partitions.put("topics", image.topics().size());
        partitions.put("partitions", counts.partitions());
        partitions.put("offline", counts.offline());
        partitions.put("belowMinIsr", counts.belowMinIsr());
        partitions.put("underReplicated", counts.underReplicated());
        partitions.put("reassigning", counts.reassigning());
        Map<String, Object> cluster = new LinkedHashMap<>();
        cluster.put("clusterId", image.clusterId());
        cluster.put("health", health.verdict().name().toLowerCase(Locale.ROOT));
        cluster.put("reasons", health.reasons());
        cluster.put("controller", quorum == null ? null : quorum.leaderId());
        cluster.put("metadataOffset", image.offset());
        cluster.put("quorumLag", quorum == null ? null : QuorumRows.greatestLag(quorum));
        cluster.put("partitions", partitions);
        cluster.put("jobs", jobs(image).objects());
        cluster.put("features", image.registry().featureLevels());
        cluster.put("nodes", nodes.objects());
        return cluster;
    }

    private static void print(
            MetadataImage image, QuorumDescription quorum, ClusterHealth health, Rows nodes, PrintWriter out) {
        PartitionHealth.Counts counts = PartitionHealth.count(image);
        out.println("cluster     " + image.clusterId() + ": "
                + health.verdict().name().toLowerCase(Locale.ROOT));
        health.reasons().forEach(reason -> out.println("            - " + reason));
        out.println("controller  " + (quorum == null ? "none" : QuorumRows.sentence(quorum)));
        out.println(
                "partitions  " + counts.partitions() + " in " + image.topics().size() + " topics; "
                        + counts.offline() + " offline, " + counts.belowMinIsr() + " below min ISR, "
                        + counts.underReplicated() + " under-replicated, " + counts.reassigning() + " moving");
        List<String> features = new ArrayList<>();
        image.registry().featureLevels().forEach((name, level) -> features.add(name + " " + level));
        out.println("features    " + String.join(", ", features));
        Rows jobs = jobs(image);
        out.println("jobs        " + (jobs.isEmpty() ? "none open" : jobs.size() + " open"));
        if (!jobs.isEmpty()) {
            out.print(jobs.table());
        }
        out.println();
        out.print(nodes.table());
    }

    private static Rows jobs(MetadataImage image) {
        Rows rows = new Rows("job", "kind", "state", "done", "moves", "title");
        for (JobImage job : image.jobs().open()) {
            rows.add(
                    job.id(),
                    job.kind().name().toLowerCase(Locale.ROOT),
                    job.state().name().toLowerCase(Locale.ROOT),
                    job.done().size(),
                    job.counts().moves(),
                    job.title());
        }
        return rows;
    }
}
