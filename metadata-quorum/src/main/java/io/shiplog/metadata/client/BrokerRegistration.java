// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.client;

import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
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
 * @param logDirs what is known of the directories beyond their ids
 * @param adminEndpoint where it tells of itself; null when nowhere
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
        String clusterId,
        List<LogDirReport> logDirs,
        Endpoint adminEndpoint) {
    public BrokerRegistration {
        directoryIds = List.copyOf(directoryIds);
        logDirs = List.copyOf(logDirs);
        damagedPartitions = List.copyOf(damagedPartitions);
    }

    /** Of a node that says of its directories only that they are there, and has no admin endpoint. */
    public BrokerRegistration(
            int brokerId,
            Uuid incarnationId,
            String host,
            int port,
            String rack,
            List<Uuid> directoryIds,
            long cleanShutdownEpoch,
            List<PartitionId> damagedPartitions,
            String clusterId) {
        this(
                brokerId,
                incarnationId,
                host,
                port,
                rack,
                directoryIds,
                cleanShutdownEpoch,
                damagedPartitions,
                clusterId,
                List.of(),
                null);
    }

    /**
     * A directory as it was found.
     *
     * @param incarnations the process whose registration it saw accepted last, and those that tried since; empty: not known
     * @param held partitions whose logs lie there; may be left out when the node has no other directory
     */
    public record LogDirReport(Uuid directoryId, List<Uuid> incarnations, List<PartitionId> held) {
        public LogDirReport {
            incarnations = List.copyOf(incarnations);
            held = List.copyOf(held);
        }
    }
}
