// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.quorum;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Who leads what, who should, and why not. Pure. */
public final class Leaderships {
    private Leaderships() {}

    /**
     * One node's share.
     *
     * @param leads partitions that it leads
     * @param preferred partitions whose first replica it is
     * @param replicas that it holds
     */
    public record Share(int nodeId, int leads, int preferred, int replicas) {}

    /**
     * A partition that is led by another replica than its first one, or by none.
     *
     * @param leader -1: nobody
     * @param why the preferred leader does not lead; null when it could
     */
    public record Displaced(String partition, int leader, int preferred, String why) {}

    /** Of every registered storage node, by number. */
    public static List<Share> shares(MetadataImage image) {
        Map<Integer, int[]> counts = new TreeMap<>();
        image.brokers().forEach(broker -> counts.put(broker.id(), new int[3]));
        PartitionHealth.visit(image, each -> {
            PartitionImage state = each.state();
            if (state.hasLeader()) {
                counts.computeIfAbsent(state.leader(), id -> new int[3])[0]++;
            }
            counts.computeIfAbsent(state.preferredLeader(), id -> new int[3])[1]++;
            for (int replica : state.replicas()) {
                counts.computeIfAbsent(replica, id -> new int[3])[2]++;
            }
        });
        List<Share> shares = new ArrayList<>();
        counts.forEach((id, count) -> shares.add(new Share(id, count[0], count[1], count[2])));
        return shares;
    }

    /** Every partition that its preferred leader does not lead, by name. */
    public static List<Displaced> displaced(MetadataImage image) {
        List<Displaced> displaced = new ArrayList<>();
        PartitionHealth.visit(image, each -> {
            PartitionImage state = each.state();
            if (!state.isLedByPreferred()) {
                displaced.add(
                        new Displaced(each.name(), state.leader(), state.preferredLeader(), obstacle(image, state)));
            }
        });
        return displaced;
    }

    private static String obstacle(MetadataImage image, PartitionImage state) {
        int preferred = state.preferredLeader();
        BrokerImage broker = image.broker(preferred);
        if (broker == null) {
            return "storage-" + preferred + " is not registered";
        }
        if (broker.fenced()) {
            return "storage-" + preferred + " is fenced";
        }
        if (broker.leaving()) {
            return "storage-" + preferred + " is stopping";
        }
        if (broker.draining()) {
            return "storage-" + preferred + " is in maintenance";
        }
        return state.inIsr(preferred) ? null : "storage-" + preferred + " is not in sync";
    }

    /** What a node still leads, with why nobody else does, a sentence each. */
    public static List<String> left(MetadataImage image, int nodeId) {
        List<String> left = new ArrayList<>();
        PartitionHealth.visit(image, each -> {
            if (each.state().leader() == nodeId) {
                left.add(each.name() + ": " + whyNobodyElse(image, each.state(), nodeId));
            }
        });
        return left;
    }

    private static String whyNobodyElse(MetadataImage image, PartitionImage state, int nodeId) {
        List<String> others = new ArrayList<>();
        for (int replica : state.replicas()) {
            if (replica == nodeId) {
                continue;
            }
            BrokerImage broker = image.broker(replica);
            String why = broker == null || broker.fenced()
                    ? "is fenced"
                    : broker.leaving()
                            ? "is stopping"
                            : !state.inIsr(replica) ? "is not in sync" : broker.draining() ? "is in maintenance" : null;
            if (why == null) {
                return "storage-" + replica + " will lead it soon";
            }
            others.add("storage-" + replica + " " + why);
        }
        return others.isEmpty() ? "it has no other replica" : String.join(", ", others);
    }

    /** Replicas on a node that are not in sync, by name. */
    public static List<String> notInSync(MetadataImage image, int nodeId) {
        List<String> behind = new ArrayList<>();
        PartitionHealth.visit(image, each -> {
            if (each.state().isReplica(nodeId) && !each.state().inIsr(nodeId)) {
                behind.add(each.name());
            }
        });
        return behind;
    }
}
