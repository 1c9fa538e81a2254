// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import io.shiplog.metadata.admin.NodeAnswer;
import io.shiplog.metadata.admin.NodeClient;
import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.ListenerEndpoint;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.QuorumVoter;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.DamageState;
import io.shiplog.metadata.proto.DescribeHistoryRequest;
import io.shiplog.metadata.proto.DescribeHistoryResponse;
import io.shiplog.metadata.proto.DescribeNodeResponse;
import io.shiplog.metadata.proto.DescribeReplicasResponse;
import io.shiplog.metadata.proto.DirectoryState;
import io.shiplog.metadata.proto.HistoryLine;
import io.shiplog.metadata.proto.ReplicaReport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;

/**
 * Brings the facts: from any quorum node that answers, and from the storage nodes that matter. Everybody is asked at once and has two seconds; who
 * says nothing is a fact as well. For one thread.
 */
final class FactsGatherer implements AutoCloseable {
    private static final long NODE_MS = 2_000;
    private static final int NAMED_ADDRESSES = 3;
    private static final int BROKER_LINES = 200;
    private static final int PARTITION_LINES = 100;

    private final NodeClient client = new NodeClient(NODE_MS);
    private final MetadataImage image;
    private final Map<Integer, NodeAnswer<DescribeNodeResponse>> nodes = new TreeMap<>();
    private final Map<Integer, Map<PartitionId, ReplicaReport>> replicas = new TreeMap<>();
    private QuorumFacts quorum = new QuorumFacts(Map.of(), Map.of(), null);
    private final List<HistoryLine> lines = new ArrayList<>();
    private String missing = "";
    private Endpoint historian;

    FactsGatherer(MetadataImage image) {
        this.image = image;
    }

    Facts facts() {
        return new Facts(
                System.currentTimeMillis(), bootstrap(), image, quorum, nodes, replicas, new Timeline(lines, missing));
    }

    private String bootstrap() {
        return image.brokers().stream()
                .filter(broker -> !broker.fenced() && !broker.endpoints().isEmpty())
                .limit(NAMED_ADDRESSES)
                .map(broker -> broker.endpoints().get(0))
                .map(endpoint -> endpoint.host() + ":" + endpoint.port())
                .collect(Collectors.joining(","));
    }

    /** Asks every quorum node, and notes who can be asked what happened. */
    FactsGatherer askQuorum() throws InterruptedException {
        Map<Integer, Endpoint> endpoints = new TreeMap<>();
        Map<Integer, CompletableFuture<NodeAnswer<QuorumDescription>>> answers = new TreeMap<>();
        for (QuorumVoter voter : image.quorumVoters()) {
            endpoints.put(voter.nodeId(), new Endpoint(voter.host(), voter.endpointPort()));
        }
        endpoints.forEach((id, endpoint) -> answers.put(id, client.describeQuorum(endpoint)));
        Map<Integer, String> voters = new TreeMap<>();
        Map<Integer, String> silent = new TreeMap<>();
        QuorumDescription description = null;
        for (Map.Entry<Integer, CompletableFuture<NodeAnswer<QuorumDescription>>> each : answers.entrySet()) {
            Endpoint endpoint = endpoints.get(each.getKey());
            voters.put(each.getKey(), endpoint.toString());
            NodeAnswer<QuorumDescription> answer = get(each.getValue());
            if (!answer.answered()) {
                silent.put(each.getKey(), answer.why());
            } else if (!answer.value().voters().isEmpty()) {
                description = answer.value();
                historian = endpoint;
            } else if (historian == null) {
                historian = endpoint;
            }
        }
        quorum = new QuorumFacts(voters, silent, description);
        return this;
    }

    /** Why these quorum nodes do not answer, a sentence each; those that do are left out. */
    static List<String> silence(List<Endpoint> endpoints) throws InterruptedException {
        List<String> silent = new ArrayList<>();
        try (NodeClient nodes = new NodeClient(NODE_MS)) {
            List<CompletableFuture<NodeAnswer<QuorumDescription>>> answers =
                    endpoints.stream().map(nodes::describeQuorum).toList();
            for (int i = 0; i < answers.size(); i++) {
                NodeAnswer<QuorumDescription> answer = get(answers.get(i));
                if (!answer.answered()) {
                    silent.add(endpoints.get(i) + " did not answer: " + answer.why());
                }
            }
        }
        return silent;
    }

    /** Asks storage nodes about themselves. */
    FactsGatherer askNodes(Collection<Integer> ids) throws InterruptedException {
        Map<Integer, CompletableFuture<NodeAnswer<DescribeNodeResponse>>> answers = new TreeMap<>();
        for (int id : ids) {
            BrokerImage broker = image.broker(id);
            if (broker != null) {
                answers.put(id, client.describe(broker.adminEndpoint()));
            }
        }
        for (Map.Entry<Integer, CompletableFuture<NodeAnswer<DescribeNodeResponse>>> each : answers.entrySet()) {
            nodes.put(each.getKey(), get(each.getValue()));
        }
        return this;
    }

    /** Asks the nodes that answered about their replicas of these partitions, of each a thousand at most. */
    FactsGatherer askReplicas(Collection<PartitionId> partitions) throws InterruptedException {
        Map<Integer, CompletableFuture<NodeAnswer<DescribeReplicasResponse>>> answers = new TreeMap<>();
        for (Map.Entry<Integer, NodeAnswer<DescribeNodeResponse>> node : nodes.entrySet()) {
            ListenerEndpoint admin = image.broker(node.getKey()).adminEndpoint();
            List<PartitionId> held = partitions.stream()
                    .filter(id -> image.partition(id.topicId(), id.partition()).isReplica(node.getKey()))
                    .limit(NodeClient.MAX_PARTITIONS)
                    .toList();
            if (node.getValue().answered() && !held.isEmpty()) {
                answers.put(node.getKey(), client.replicas(admin, held));
            }
        }
        for (Map.Entry<Integer, CompletableFuture<NodeAnswer<DescribeReplicasResponse>>> each : answers.entrySet()) {
            NodeAnswer<DescribeReplicasResponse> answer = get(each.getValue());
            if (answer.answered()) {
                Map<PartitionId, ReplicaReport> reports = new HashMap<>();
                answer.value().getReplicasList().forEach(report -> reports.put(Facts.id(report), report));
                replicas.put(each.getKey(), reports);
            }
        }
        return this;
    }

    /** The partitions in whose logs nodes say that something is not sound. */
    Set<PartitionId> damaged() {
        Set<PartitionId> damaged = new LinkedHashSet<>();
        for (NodeAnswer<DescribeNodeResponse> node : nodes.values()) {
            if (node.answered()) {
                for (DirectoryState directory : node.value().getDirectoriesList()) {
                    for (DamageState each : directory.getDamagesList()) {
                        PartitionId id = new PartitionId(Uuids.fromBytes(each.getTopicId()), each.getPartition());
                        if (image.partition(id.topicId(), id.partition()) != null) {
                            damaged.add(id);
                        }
                    }
                }
            }
        }
        return damaged;
    }

    /** Asks a quorum node what happened lately to nodes, and to a partition or a topic; null: to none. */
    FactsGatherer askHistory(String partitionOrTopic) throws InterruptedException {
        if (historian == null) {
            missing = "no quorum node answers";
            return this;
        }
        ask(HistoryLine.Kind.BROKER, "", BROKER_LINES);
        if (partitionOrTopic != null) {
            ask(HistoryLine.Kind.PARTITION, partitionOrTopic, PARTITION_LINES);
        }
        return this;
    }

    private void ask(HistoryLine.Kind kind, String name, int limit) throws InterruptedException {
        NodeAnswer<DescribeHistoryResponse> answer = get(client.history(
                historian,
                DescribeHistoryRequest.newBuilder()
                        .setKind(kind)
                        .setName(name)
                        .setLimit(limit)
                        .build()));
        if (answer.answered()) {
            answer.value().getLinesList().stream()
                    .filter(line -> line.getKind() == kind)
                    .forEach(lines::add);
        } else {
            missing = answer.why();
        }
    }

    private static <T> T get(CompletableFuture<T> answer) throws InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
