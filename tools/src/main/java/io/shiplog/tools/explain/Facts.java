// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import io.shiplog.metadata.admin.NodeAnswer;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.DescribeNodeResponse;
import io.shiplog.metadata.proto.DirectoryState;
import io.shiplog.metadata.proto.FollowerReport;
import io.shiplog.metadata.proto.ReplicaReport;
import java.util.Map;

/**
 * What a diagnosis is made of: a look at one moment. Whoever was not asked is absent.
 *
 * @param nowMs wall clock
 * @param bootstrap addresses of storage nodes, for the commands that are told
 * @param nodes what storage nodes say of themselves, by id
 * @param replicas what they say of their replicas, by node id
 * @param timeline what changed lately
 */
record Facts(
        long nowMs,
        String bootstrap,
        MetadataImage image,
        QuorumFacts quorum,
        Map<Integer, NodeAnswer<DescribeNodeResponse>> nodes,
        Map<Integer, Map<PartitionId, ReplicaReport>> replicas,
        Timeline timeline) {
    Facts {
        nodes = Map.copyOf(nodes);
        replicas = Map.copyOf(replicas);
    }

    /** What a node says of itself; null when it was not asked or did not answer. */
    DescribeNodeResponse node(int id) {
        NodeAnswer<DescribeNodeResponse> answer = nodes.get(id);
        return answer == null ? null : answer.value();
    }

    /** What a node says of its replica; null when it was not asked or did not answer. */
    ReplicaReport replica(int node, PartitionId id) {
        Map<PartitionId, ReplicaReport> reports = replicas.get(node);
        return reports == null ? null : reports.get(id);
    }

    /** How the leader sees a replica; null when it does not say. */
    FollowerReport follower(int leader, int node, PartitionId id) {
        ReplicaReport report = leader < 0 ? null : replica(leader, id);
        if (report == null || report.getRole() != ReplicaReport.Role.LEADER) {
            return null;
        }
        return report.getFollowersList().stream()
                .filter(each -> each.getNodeId() == node)
                .findFirst()
                .orElse(null);
    }

    /** The directory in which a node says that its replica lies; null when that is not known. */
    DirectoryState directory(int node, PartitionId id) {
        DescribeNodeResponse described = node(node);
        ReplicaReport report = replica(node, id);
        if (described == null || report == null) {
            return null;
        }
        return described.getDirectoriesList().stream()
                .filter(each -> each.getPath().equals(report.getDirectory()))
                .findFirst()
                .orElse(null);
    }

    /** Where a node is, for people. */
    String host(int node) {
        BrokerImage broker = image.broker(node);
        return broker == null || broker.endpoints().isEmpty()
                ? "its host"
                : broker.endpoints().get(0).host();
    }

    String name(PartitionId id) {
        return image.topic(id.topicId()).name() + "-" + id.partition();
    }

    static PartitionId id(ReplicaReport report) {
        return new PartitionId(Uuids.fromBytes(report.getTopicId()), report.getPartition());
    }
}
