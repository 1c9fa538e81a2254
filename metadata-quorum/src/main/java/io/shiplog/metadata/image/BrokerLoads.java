// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.pcollections.TreePMap;

/**
 * How many partitions there are, and how many of them each broker holds: kept up to date by what changes, so that placing a
 * topic walks no others. Follows from the partitions, hence neither in the snapshot nor in the hash. Immutable.
 */
final class BrokerLoads {
    static final BrokerLoads NONE = new BrokerLoads(TreePMap.empty(), 0);

    private final TreePMap<Integer, BrokerLoad> loads;
    private final int partitions;

    private BrokerLoads(TreePMap<Integer, BrokerLoad> loads, int partitions) {
        this.loads = loads;
        this.partitions = partitions;
    }

    BrokerLoad of(int brokerId) {
        return loads.getOrDefault(brokerId, BrokerLoad.NONE);
    }

    int partitions() {
        return partitions;
    }

    /** Collects what records change, so that an entry costs one step per broker and not one per partition. */
    static final class Changes {
        private final Map<Integer, int[]> byBroker = new TreeMap<>();
        private int partitions;

        void add(PartitionImage partition) {
            partitions++;
            count(partition.replicas(), 1);
        }

        void remove(PartitionImage partition) {
            partitions--;
            count(partition.replicas(), -1);
        }

        void move(PartitionImage before, PartitionImage after) {
            int[] from = before.replicas();
            int[] to = after.replicas();
            if (!Arrays.equals(from, to)) {
                count(from, -1);
                count(to, 1);
            }
        }

        private void count(int[] replicas, int times) {
            for (int i = 0; i < replicas.length; i++) {
                int[] counts = byBroker.computeIfAbsent(replicas[i], broker -> new int[2]);
                counts[0] += times;
                counts[1] += i == 0 ? times : 0;
            }
        }

        BrokerLoads applyTo(BrokerLoads before) {
            if (byBroker.isEmpty()) {
                return before;
            }
            TreePMap<Integer, BrokerLoad> next = before.loads;
            for (Map.Entry<Integer, int[]> change : byBroker.entrySet()) {
                int[] counts = change.getValue();
                BrokerLoad load = before.of(change.getKey()).plus(counts[0], counts[1]);
                next = load.equals(BrokerLoad.NONE) ? next.minus(change.getKey()) : next.plus(change.getKey(), load);
            }
            return new BrokerLoads(next, before.partitions + partitions);
        }
    }
}
