// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.proto.HistoryLine;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Connection;
import io.shiplog.tools.connect.Names;
import io.shiplog.tools.text.Json;
import io.shiplog.tools.text.Watch;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Why something is not well, since when, what to do, and whether it is safe to wait. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = "Says why a partition, a topic or the cluster is not well, and what to do.",
        footer = {
            "",
            "Examples:",
            "  shiplog explain cluster",
            "  shiplog explain partition orders-7",
            "  shiplog explain topic orders --watch",
            "  shiplog explain cluster --json",
            "",
            "Works without a majority of the quorum, too, from whoever answers; without any quorum node it tells what storage",
            "nodes know (--bootstrap). Exit: 0 whatever it says."
        })
public final class ExplainCommand {
    private static final int CHANGES = 5;
    private static final int ASKED = 1_000;

    /** What is to be found out. */
    @FunctionalInterface
    private interface Question {
        Answer answer(MetadataImage image, FactsGatherer gatherer) throws InterruptedException;
    }

    @Command(
            mixinStandardHelpOptions = true,
            description =
                    "Why is this partition under-replicated, leaderless, below min ISR, throttled, stuck or slow?",
            footer = {"", "Examples:", "  shiplog explain partition orders-7"})
    int partition(
            @Mixin Connection connection,
            @Mixin Watch watch,
            @Parameters(paramLabel = "TOPIC-PARTITION", description = "Such as orders-7.") String name)
            throws Exception {
        Names.PartitionName wanted = Names.partitionName(name);
        if (wanted == null) {
            throw connection.usage("'" + name + "' is no partition; TOPIC-NUMBER such as orders-7 is one");
        }
        return show(connection, watch, wanted, (image, gatherer) -> partition(image, gatherer, wanted));
    }

    private static Answer partition(MetadataImage image, FactsGatherer gatherer, Names.PartitionName wanted)
            throws InterruptedException {
        TopicImage topic = Names.topic(wanted.topic(), image);
        Names.partition(topic, wanted.number());
        Standing standing = Standing.of(image, topic, wanted.number());
        Facts facts = gatherer.askQuorum()
                .askNodes(Diagnosis.concerned(List.of(standing)))
                .askReplicas(List.of(standing.id()))
                .askHistory(standing.name())
                .facts();
        List<HistoryLine> changes = facts.timeline().ofPartition(standing.name());
        return new Answer(
                standing.name() + ": " + standing.status(),
                standing.assignment(),
                Diagnosis.partition(facts, standing),
                changes.subList(0, Math.min(CHANGES, changes.size())),
                facts);
    }

    @Command(
            mixinStandardHelpOptions = true,
            description = "Why are partitions of this topic not well? Each cause is told once.",
            footer = {"", "Examples:", "  shiplog explain topic orders --json"})
    int topic(
            @Mixin Connection connection,
            @Mixin Watch watch,
            @Parameters(paramLabel = "TOPIC", description = "Its name.") String name)
            throws Exception {
        Names.PartitionName all = new Names.PartitionName(name, WithoutQuorum.ALL);
        return show(connection, watch, all, (image, gatherer) -> topic(image, gatherer, name));
    }

    private static Answer topic(MetadataImage image, FactsGatherer gatherer, String name) throws InterruptedException {
        TopicImage topic = Names.topic(name, image);
        List<Standing> standings = new ArrayList<>();
        for (int number = 0; number < topic.partitionCount(); number++) {
            standings.add(Standing.of(image, topic, number));
        }
        Facts facts = gatherer.askQuorum()
                .askNodes(Diagnosis.concerned(standings))
                .askReplicas(standings.stream().map(Standing::id).toList())
                .askHistory(name)
                .facts();
        long well = standings.stream().filter(Standing::well).count();
        return new Answer(
                "topic " + name + ": " + well + " of " + standings.size() + " partitions are fully in sync",
                "",
                Diagnosis.topic(facts, topic),
                List.of(),
                facts);
    }

    @Command(
            mixinStandardHelpOptions = true,
            description = "What is wrong with the cluster: quorum, nodes, disks, jobs, throttles, partitions.",
            footer = {"", "Examples:", "  shiplog explain cluster --watch=5"})
    int cluster(@Mixin Connection connection, @Mixin Watch watch) throws Exception {
        return show(connection, watch, null, ExplainCommand::cluster);
    }

    private static Answer cluster(MetadataImage image, FactsGatherer gatherer) throws InterruptedException {
        Facts before = gatherer.askQuorum()
                .askNodes(image.brokers().stream().map(BrokerImage::id).toList())
                .facts();
        Set<PartitionId> asked = new LinkedHashSet<>(gatherer.damaged());
        Diagnosis.worthAsking(before, ASKED).forEach(standing -> asked.add(standing.id()));
        Facts facts = gatherer.askReplicas(asked).askHistory(null).facts();
        long serving =
                image.brokers().stream().filter(broker -> !broker.fenced()).count();
        return new Answer(
                "cluster " + image.clusterId() + ": " + serving + " of "
                        + image.brokers().size()
                        + " storage nodes serve, " + facts.quorum().heard() + " of "
                        + facts.quorum().voters().size() + " quorum nodes answer",
                "",
                Diagnosis.cluster(facts),
                List.of(),
                facts);
    }

    /** {@code about} is a partition, or all of a topic, or null for everything. */
    private static int show(Connection connection, Watch watch, Names.PartitionName about, Question question)
            throws Exception {
        try (Cluster cluster = connection.connect()) {
            return connection.show(watch, out -> {
                print(answer(cluster, about, question), connection.json(), out);
                return 0;
            });
        }
    }

    private static Answer answer(Cluster cluster, Names.PartitionName about, Question question)
            throws InterruptedException {
        MetadataImage image;
        try {
            image = cluster.quorumAsItIs().image();
        } catch (MetadataUnavailable nobody) {
            List<Endpoint> quorum = cluster.quorumEndpoints();
            return WithoutQuorum.answer(cluster, quorum, FactsGatherer.silence(quorum), about);
        }
        try (FactsGatherer gatherer = new FactsGatherer(image)) {
            return question.answer(image, gatherer);
        }
    }

    private static void print(Answer answer, boolean json, PrintWriter out) {
        out.print(json ? Json.write(answer.object()) + "\n" : answer.text());
    }
}
