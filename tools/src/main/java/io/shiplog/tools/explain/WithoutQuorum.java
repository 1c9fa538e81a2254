// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Failures;
import io.shiplog.tools.connect.Names;
import io.shiplog.tools.connect.Unreachable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What is said when no quorum node answers: why not, and how things were when the storage nodes last heard of them. */
final class WithoutQuorum {
    /** In the place of a partition's number: all of the topic. */
    static final int ALL = -1;

    private static final int MAX_TOPICS = 1_000;
    private static final String SILENT = "no quorum node answers";

    private WithoutQuorum() {}

    /**
     * Asks storage nodes, when it is known where some are.
     *
     * @param quorum where quorum nodes should be
     * @param silent why they do not answer, a sentence each
     * @param about a partition, or all of a topic, or null for the cluster
     * @throws Unreachable when a storage node says that what it is about is not there
     */
    static Answer answer(Cluster cluster, List<Endpoint> quorum, List<String> silent, Names.PartitionName about)
            throws InterruptedException {
        List<String> known = new ArrayList<>();
        if (cluster.knowsStorageNodes()) {
            try {
                known.addAll(about == null ? ofCluster(cluster.admin()) : ofTopic(cluster.admin(), about));
            } catch (ExecutionException | KafkaException e) {
                refuseUnknown(e, about);
                known.add("storage nodes do not tell either: " + Failures.sentence(e));
            }
        } else {
            known.add("storage nodes were not asked: nobody said where they are (--bootstrap HOST:PORT,... does)");
        }
        return new Answer(
                SILENT + "; storage nodes go on serving what they lead",
                "",
                List.of(finding(quorum, silent, known)),
                List.of(),
                facts());
    }

    private static void refuseUnknown(Exception failure, Names.PartitionName about) {
        if (about != null && failure.getCause() instanceof UnknownTopicOrPartitionException) {
            throw Unreachable.because("there is no topic " + about.topic() + ", says a storage node (" + SILENT + ")");
        }
    }

    private static Finding finding(List<Endpoint> quorum, List<String> silent, List<String> known) {
        Finding.Builder found = Finding.of(
                        Cause.QUORUM_NO_MAJORITY,
                        Severity.CRITICAL,
                        "quorum",
                        SILENT + ", of " + quorum.size() + " that there should be")
                .waiting(false, QuorumRules.WITHOUT_MAJORITY);
        silent.forEach(found::why);
        known.forEach(found::why);
        quorum.forEach(endpoint -> found.remedy("on " + endpoint.host() + ": bin/quorum-node CONFIG of the node at "
                + endpoint + " starts it again (a local cluster: bin/cluster start)"));
        return found.remedy(QuorumRules.KEEP_DISKS).build();
    }

    private static Facts facts() {
        return new Facts(
                System.currentTimeMillis(),
                "",
                MetadataImage.empty(),
                new QuorumFacts(Map.of(), Map.of(), null),
                Map.of(),
                Map.of(),
                Timeline.unknown(SILENT));
    }

    private static List<String> ofTopic(Admin admin, Names.PartitionName about)
            throws ExecutionException, InterruptedException {
        List<TopicPartitionInfo> partitions = admin.describeTopics(List.of(about.topic()))
                .topicNameValues()
                .get(about.topic())
                .get()
                .partitions();
        if (about.number() == ALL) {
            return List.of("as a storage node knows topic " + about.topic() + ": " + summary(partitions));
        }
        if (about.number() >= partitions.size()) {
            throw Unreachable.because("there is no partition " + about.topic() + "-" + about.number() + "; it has 0 to "
                    + (partitions.size() - 1) + ", says a storage node (" + SILENT + ")");
        }
        TopicPartitionInfo partition = partitions.get(about.number());
        return List.of("as a storage node knows " + about.topic() + "-" + about.number() + ": "
                + (partition.leader() == null
                        ? "no leader"
                        : "led by " + partition.leader().id())
                + "; in sync " + ids(partition.isr()) + " of " + ids(partition.replicas()));
    }

    private static List<String> ofCluster(Admin admin) throws ExecutionException, InterruptedException {
        Collection<Node> nodes = admin.describeCluster().nodes().get();
        List<String> topics = admin.listTopics().names().get().stream()
                .sorted()
                .limit(MAX_TOPICS)
                .toList();
        List<TopicPartitionInfo> partitions = new ArrayList<>();
        for (TopicDescription topic :
                admin.describeTopics(topics).allTopicNames().get().values()) {
            partitions.addAll(topic.partitions());
        }
        return List.of(
                "a storage node knows these as serving: " + ids(nodes),
                "as it knows " + (topics.size() == MAX_TOPICS ? "the first " + MAX_TOPICS : "all") + " topics: "
                        + summary(partitions));
    }

    private static String summary(List<TopicPartitionInfo> partitions) {
        long leaderless =
                partitions.stream().filter(each -> each.leader() == null).count();
        long behind = partitions.stream()
                .filter(each -> each.isr().size() < each.replicas().size())
                .count();
        return partitions.size() + " partitions, " + leaderless + " without a leader, " + behind
                + " not wholly in sync";
    }

    private static String ids(Collection<Node> nodes) {
        return nodes.isEmpty()
                ? "nobody"
                : nodes.stream().map(Node::id).sorted().map(String::valueOf).collect(Collectors.joining(","));
    }
}
