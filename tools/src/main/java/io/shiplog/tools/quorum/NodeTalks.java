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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** What storage nodes tell of themselves, asked all at once; one that does not answer costs two seconds and is told as such. For one thread. */
public final class NodeTalks implements AutoCloseable {
    private static final int PATIENCE_MS = 2_000;
    /** Questions under way at once; each has a connection. */
    private static final int AT_ONCE = 64;

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
        Map<Integer, Map<PartitionId, ReplicaReport>> told = new TreeMap<>();
        List<Question> open = new ArrayList<>();
        for (Map.Entry<Integer, List<PartitionId>> each : wanted.entrySet()) {
            BrokerImage broker = image.broker(each.getKey());
            List<PartitionId> all = each.getValue();
            for (int from = 0; broker != null && from < all.size(); from += NodeClient.MAX_PARTITIONS) {
                List<PartitionId> some = all.subList(from, Math.min(all.size(), from + NodeClient.MAX_PARTITIONS));
                open.add(new Question(broker.id(), some, client.replicas(broker.adminEndpoint(), some)));
                if (open.size() == AT_ONCE) {
                    collect(open, told);
                }
            }
        }
        collect(open, told);
        return told;
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

    private static void collect(List<Question> open, Map<Integer, Map<PartitionId, ReplicaReport>> told)
            throws InterruptedException {
        for (Question question : open) {
            NodeAnswer<DescribeReplicasResponse> answer = get(question.answer);
            if (!answer.answered()) {
                continue;
            }
            Map<PartitionId, ReplicaReport> of = told.computeIfAbsent(question.nodeId, id -> new HashMap<>());
            int count = Math.min(answer.value().getReplicasCount(), question.partitions.size());
            for (int i = 0; i < count; i++) {
                of.put(question.partitions.get(i), answer.value().getReplicas(i));
            }
        }
        open.clear();
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
