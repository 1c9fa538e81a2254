// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.quorum;

import io.shiplog.metadata.admin.NodeAnswer;
import io.shiplog.metadata.admin.NodeClient;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.proto.DescribeNodeResponse;
import io.shiplog.metadata.proto.DescribeReplicasResponse;
import io.shiplog.metadata.proto.ReplicaReport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** What storage nodes tell of themselves, asked all at once; one that does not answer costs two seconds and is told as such. For one thread. */
public final class NodeTalks implements AutoCloseable {
    private static final int PATIENCE_MS = 2_000;
    /** Questions about replicas that one node is asked at once: it declines the ninth, whoever asks. */
    private static final int EACH_AT_ONCE = 4;

    private final NodeClient client = new NodeClient(PATIENCE_MS);

    /** Every registered storage node's answer, by its id. */
    public Map<Integer, NodeAnswer<DescribeNodeResponse>> nodes(MetadataImage image) throws InterruptedException {
        Map<Integer, CompletableFuture<NodeAnswer<DescribeNodeResponse>>> asked = new TreeMap<>();
        for (BrokerImage broker : image.brokers()) {
            asked.put(broker.id(), client.describe(broker.adminEndpoint()));
        }
        Map<Integer, NodeAnswer<DescribeNodeResponse>> answers = new TreeMap<>();
        for (Map.Entry<Integer, CompletableFuture<NodeAnswer<DescribeNodeResponse>>> each : asked.entrySet()) {
            answers.put(each.getKey(), get(each.getValue()));
        }
        return answers;
    }

    /**
     * How replicas stand on the nodes that have them; those of nodes that do not answer are absent.
     *
     * @param wanted partitions by the node that is asked about them
     */
    public Map<Integer, Map<PartitionId, ReplicaReport>> replicas(
            MetadataImage image, Map<Integer, List<PartitionId>> wanted) throws InterruptedException {
        Map<Integer, Deque<List<PartitionId>>> left = new TreeMap<>();
        wanted.forEach((node, all) -> {
            if (image.broker(node) != null) {
                left.put(node, parts(all));
            }
        });
        Map<Integer, Map<PartitionId, ReplicaReport>> told = new TreeMap<>();
        while (!left.isEmpty()) {
            List<Question> round = new ArrayList<>();
            left.forEach((node, parts) -> {
                for (int i = 0; i < EACH_AT_ONCE && !parts.isEmpty(); i++) {
                    List<PartitionId> some = parts.remove();
                    round.add(new Question(
                            node, some, client.replicas(image.broker(node).adminEndpoint(), some)));
                }
            });
            left.keySet().removeAll(collect(round, told));
            left.values().removeIf(Deque::isEmpty);
        }
        return told;
    }

    /** As many as one question may name each. */
    private static Deque<List<PartitionId>> parts(List<PartitionId> all) {
        Deque<List<PartitionId>> parts = new ArrayDeque<>();
        for (int from = 0; from < all.size(); from += NodeClient.MAX_PARTITIONS) {
            parts.add(all.subList(from, Math.min(all.size(), from + NodeClient.MAX_PARTITIONS)));
        }
        return parts;
    }

    /** What partitions' leaders say of their own replicas; without those whose leaders say nothing. */
    public Map<PartitionId, ReplicaReport> leaders(MetadataImage image, List<PartitionHealth> partitions)
            throws InterruptedException {
        Map<Integer, List<PartitionId>> wanted = new TreeMap<>();
        for (PartitionHealth each : partitions) {
            if (!each.offline()) {
                wanted.computeIfAbsent(each.state().leader(), leader -> new ArrayList<>())
                        .add(new PartitionId(each.topic().id(), each.number()));
            }
        }
        Map<PartitionId, ReplicaReport> leaders = new HashMap<>();
        replicas(image, wanted).values().forEach(leaders::putAll);
        leaders.values().removeIf(report -> report.getRole() != ReplicaReport.Role.LEADER);
        return leaders;
    }

    private record Question(
            int nodeId, List<PartitionId> partitions, CompletableFuture<NodeAnswer<DescribeReplicasResponse>> answer) {}

    /** Takes note of the answers; returns the nodes that did not answer, which need not be asked for the rest. */
    private static Set<Integer> collect(List<Question> round, Map<Integer, Map<PartitionId, ReplicaReport>> told)
            throws InterruptedException {
        Set<Integer> silent = new HashSet<>();
        for (Question question : round) {
            NodeAnswer<DescribeReplicasResponse> answer = get(question.answer);
            if (!answer.answered()) {
                silent.add(question.nodeId);
                continue;
            }
            Map<PartitionId, ReplicaReport> of = told.computeIfAbsent(question.nodeId, id -> new HashMap<>());
            int count = Math.min(answer.value().getReplicasCount(), question.partitions.size());
            for (int i = 0; i < count; i++) {
                of.put(question.partitions.get(i), answer.value().getReplicas(i));
            }
        }
        return silent;
    }

    private static <T> T get(CompletableFuture<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("answers of nodes never fail", e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
