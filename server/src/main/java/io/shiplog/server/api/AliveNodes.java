// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.ListenerEndpoint;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import java.util.ArrayList;
import java.util.List;

/** Which nodes a client may be sent to: registered, not fenced, with a listener. */
public final class AliveNodes {
    private AliveNodes() {}

    /** Where to reach the node; null when it is not alive. */
    public static ListenerEndpoint endpoint(MetadataImage image, int nodeId) {
        BrokerImage broker = image.broker(nodeId);
        return broker == null || broker.fenced() ? null : endpoint(broker);
    }

    /** Where the node listens, alive or not; null when it never said. There is one listener per node. */
    static ListenerEndpoint endpoint(BrokerImage broker) {
        return broker.endpoints().isEmpty() ? null : broker.endpoints().get(0);
    }

    static boolean isAlive(MetadataImage image, int nodeId) {
        return endpoint(image, nodeId) != null;
    }

    /** The rack as responses carry it: null for none. */
    static String rack(BrokerImage broker) {
        return broker.rack().isEmpty() ? null : broker.rack();
    }

    /**
     * The node that is named as controller: clients send administration there, and every node passes it on. This node
     * itself while it is alive, since the client has just reached it; else the first that is alive; -1 for none.
     */
    static int controller(ClusterView cluster) {
        MetadataImage image = cluster.image();
        if (isAlive(image, cluster.nodeId())) {
            return cluster.nodeId();
        }
        for (BrokerImage broker : image.brokers()) {
            if (isAlive(image, broker.id())) {
                return broker.id();
            }
        }
        return -1;
    }

    static List<Integer> list(int[] ids) {
        List<Integer> list = new ArrayList<>(ids.length);
        for (int id : ids) {
            list.add(id);
        }
        return list;
    }

    static List<Integer> aliveOf(MetadataImage image, int[] ids) {
        List<Integer> list = new ArrayList<>(ids.length);
        for (int id : ids) {
            if (isAlive(image, id)) {
                list.add(id);
            }
        }
        return list;
    }

    static List<Integer> offlineReplicas(MetadataImage image, PartitionImage partition) {
        List<Integer> list = new ArrayList<>(0);
        for (int id : partition.replicas()) {
            if (!isAlive(image, id)) {
                list.add(id);
            }
        }
        return list;
    }
}
