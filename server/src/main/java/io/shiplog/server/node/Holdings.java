// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.node;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import java.util.ArrayList;
import java.util.List;

/**
 * What the cluster needs one node for, by an image. Pure.
 *
 * @param leads partitions that it leads
 * @param inSync partitions in whose ISR it is, those that it leads among them
 * @param alone of the partitions that it leads, those without another replica on a node that is active: nobody can take over,
 *     however long one waits
 * @param examples some of the partitions that it leads, each with the reason why it still does
 */
record Holdings(int leads, int inSync, int alone, List<String> examples) {
    static final int MAX_EXAMPLES = 10;

    static Holdings of(MetadataImage image, int nodeId) {
        int leads = 0;
        int inSync = 0;
        int alone = 0;
        List<String> examples = new ArrayList<>();
        for (TopicImage topic : image.topics()) {
            for (int p = 0; p < topic.partitionCount(); p++) {
                PartitionImage partition = topic.partition(p);
                inSync += partition.inIsr(nodeId) ? 1 : 0;
                if (partition.leader() != nodeId) {
                    continue;
                }
                leads++;
                boolean left = others(image, partition, nodeId, false) == 0;
                alone += left ? 1 : 0;
                if (examples.size() < MAX_EXAMPLES) {
                    examples.add(topic.name() + "-" + p + " (" + why(image, partition, nodeId, left) + ")");
                }
            }
        }
        return new Holdings(leads, inSync, alone, List.copyOf(examples));
    }

    private static String why(MetadataImage image, PartitionImage partition, int nodeId, boolean alone) {
        if (alone) {
            return "no other replica is up";
        }
        return others(image, partition, nodeId, true) == 0 ? "no other replica is in sync" : "not moved yet";
    }

    private static int others(MetadataImage image, PartitionImage partition, int nodeId, boolean inSyncOnly) {
        int count = 0;
        for (int id : partition.replicas()) {
            BrokerImage broker = image.broker(id);
            boolean usable = id != nodeId && broker != null && broker.active();
            count += usable && (!inSyncOnly || partition.inIsr(id)) ? 1 : 0;
        }
        return count;
    }
}
