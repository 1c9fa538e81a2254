// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.client;

import java.util.List;
import org.apache.kafka.common.Uuid;

/**
 * A leader's proposal for one partition.
 *
 * @param partitionEpoch the one that the proposal was made on
 * @param durable every member has flushed past the high watermark
 * @param clearUnclean all members have reconciled with this leader since its unclean election
 */
public record PartitionAlterationSpec(
        Uuid topicId,
        int partition,
        int leaderEpoch,
        int partitionEpoch,
        List<IsrMember> newIsr,
        boolean durable,
        boolean clearUnclean) {
    public PartitionAlterationSpec {
        newIsr = List.copyOf(newIsr);
    }
}
