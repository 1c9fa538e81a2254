// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.quorum;

import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.client.QuorumDescription.QuorumMember;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.ListenerEndpoint;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Every node of a cluster and what it is needed for. Pure. */
public final class ClusterNodes {
    private ClusterNodes() {}

    /**
     * One node in one role.
     *
     * @param role storage or quorum
     * @param state storage: serving, draining, stopping or fenced, and whether it is cordoned; quorum: leader or voter
     * @param leads partitions that it leads; 0 for a quorum node, as the next two
     */
    public record Row(
            String role, int id, String state, String address, String rack, int leads, int replicas, int inSync) {}

    /** How many partitions a node leads, holds, and is in sync with. */
    private static final class Load {
        private int leads;
        private int replicas;
        private int inSync;
    }

    /** Storage nodes by number. */
    public static List<Row> storage(MetadataImage image) {
        Map<Integer, Load> loads = loads(image);
        List<Row> rows = new ArrayList<>();
        for (BrokerImage broker : image.brokers()) {
            Load load = loads.getOrDefault(broker.id(), new Load());
            rows.add(new Row(
                    "storage",
                    broker.id(),
                    state(broker),
                    address(broker),
                    broker.rack().isEmpty() ? null : broker.rack(),
                    load.leads,
                    load.replicas,
                    load.inSync));
        }
        return rows;
    }

    /** Storage nodes, then quorum nodes, each by number. */
    public static List<Row> of(MetadataImage image, QuorumDescription quorum) {
        List<Row> rows = storage(image);
        for (QuorumMember member : quorum.members()) {
            String state = member.nodeId() == quorum.leaderId() ? "leader" : "voter";
            String address = member.host() + ":" + member.port();
            rows.add(new Row("quorum", member.nodeId(), state, address, null, 0, 0, 0));
        }
        return rows;
    }

    private static String state(BrokerImage broker) {
        String state = broker.fenced()
                ? "fenced"
                : broker.inControlledShutdown() ? "stopping" : broker.draining() ? "draining" : "serving";
        return state + (broker.cordoned() ? ", cordoned" : "");
    }

    private static String address(BrokerImage broker) {
        if (broker.endpoints().isEmpty()) {
            return null;
        }
        ListenerEndpoint endpoint = broker.endpoints().get(0);
        return endpoint.host() + ":" + endpoint.port();
    }

    private static Map<Integer, Load> loads(MetadataImage image) {
        Map<Integer, Load> loads = new TreeMap<>();
        for (TopicImage topic : image.topics()) {
            for (PartitionImage partition : topic.partitions()) {
                if (partition.hasLeader()) {
                    load(loads, partition.leader()).leads++;
                }
                for (int id : partition.replicas()) {
                    load(loads, id).replicas++;
                    load(loads, id).inSync += partition.inIsr(id) ? 1 : 0;
                }
            }
        }
        return loads;
    }

    private static Load load(Map<Integer, Load> loads, int id) {
        return loads.computeIfAbsent(id, unknown -> new Load());
    }
}
