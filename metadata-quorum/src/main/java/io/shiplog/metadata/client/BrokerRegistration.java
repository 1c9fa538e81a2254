// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.client;

import io.shiplog.metadata.image.PartitionId;
import java.util.List;
import org.apache.kafka.common.Uuid;

/**
 * What a storage node says of itself.
 *
 * @param incarnationId random per process start
 * @param rack null when none
 * @param cleanShutdownEpoch broker epoch in the clean mark of the last stop; -1 after an unclean one or on a first start
 * @param damagedPartitions replicas whose recovery could not vouch for what they held
 * @param clusterId the cluster that the directories are stamped with; empty when they are new
 */
public record BrokerRegistration(
        int brokerId,
        Uuid incarnationId,
        String host,
        int port,
        String rack,
        List<Uuid> directoryIds,
        long cleanShutdownEpoch,
        List<PartitionId> damagedPartitions,
        String clusterId) {
    public BrokerRegistration {
        directoryIds = List.copyOf(directoryIds);
        damagedPartitions = List.copyOf(damagedPartitions);
    }
}
