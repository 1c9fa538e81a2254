// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;

/** What the trouble of a node means for partitions, and so whether it is safe to wait. Pure. */
final class Impact {
    private Impact() {}

    /** The finding with what it means for the partitions of which the node has a replica. */
    static Finding of(Facts facts, int node, Finding.Builder trouble) {
        int held = 0;
        int leaderless = 0;
        int below = 0;
        int missing = 0;
        int single = 0;
        for (TopicImage topic : facts.image().topics()) {
            for (int number = 0; number < topic.partitionCount(); number++) {
                PartitionImage partition = topic.partition(number);
                if (!partition.isReplica(node)) {
                    continue;
                }
                Standing standing = Standing.of(facts.image(), topic, number);
                held++;
                leaderless += standing.leaderless() ? 1 : 0;
                below += !standing.leaderless() && standing.belowMinIsr() ? 1 : 0;
                missing += partition.inIsr(node) ? 0 : 1;
                single += partition.isrSize() == 1 && partition.replicaCount() > 1 ? 1 : 0;
            }
        }
        trouble.why("of " + held + " partitions that it holds " + missing + " go on without it, " + below
                + " are below min ISR, " + leaderless + " have no leader");
        Finding before = trouble.build();
        boolean refused = leaderless + below > 0;
        Finding.Builder weighed = before.as(refused ? Severity.CRITICAL : before.severity());
        if (refused) {
            return weighed.waiting(false, (leaderless + below) + " partitions take no writes with acks=all")
                    .build();
        }
        return single > 0
                ? weighed.waiting(false, single + " partitions have a single copy in sync")
                        .build()
                : weighed.waiting(
                                true, "every partition has as many replicas in sync as writes need, and more than one")
                        .build();
    }
}
