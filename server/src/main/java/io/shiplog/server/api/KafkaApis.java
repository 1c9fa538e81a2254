// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.replication.fetch.FetchService;
import io.shiplog.replication.fetch.FetchSettings;
import java.util.ArrayList;
import java.util.List;

/** All APIs that a storage node serves. */
public final class KafkaApis {
    private KafkaApis() {}

    /**
     * The dispatcher with a handler for each API.
     *
     * @param fetchSettings of the fetch service, for the bound on what one request may name
     * @param producerIds   from where InitProducerId takes ids
     */
    public static RequestDispatcher dispatcher(
            ClusterView cluster,
            PartitionAccess partitions,
            FetchService fetches,
            FetchSettings fetchSettings,
            AdminPort admin,
            ProducerIds producerIds,
            NodeConfigs nodeConfigs,
            LogDirView logDirs) {
        ConfigDescriptions configs = new ConfigDescriptions(nodeConfigs);
        ConfigAlterations alterations = new ConfigAlterations(cluster, admin);
        List<RequestHandler<?>> handlers = new ArrayList<>();
        handlers.add(new MetadataHandler(cluster));
        handlers.add(new DescribeClusterHandler(cluster));
        handlers.add(new DescribeTopicPartitionsHandler(cluster));
        handlers.add(new CreateTopicsHandler(cluster, admin, configs));
        handlers.add(new DeleteTopicsHandler(cluster, admin));
        handlers.add(new CreatePartitionsHandler(cluster, admin));
        handlers.add(new DescribeConfigsHandler(cluster, configs));
        handlers.add(new IncrementalAlterConfigsHandler(alterations));
        handlers.add(new AlterConfigsHandler(alterations));
        handlers.add(new ListConfigResourcesHandler(cluster));
        handlers.add(new ElectLeadersHandler(admin));
        handlers.add(new AlterPartitionReassignmentsHandler(admin));
        handlers.add(new ListPartitionReassignmentsHandler(cluster));
        handlers.add(new UpdateFeaturesHandler(admin));
        handlers.add(new UnregisterBrokerHandler(admin));
        handlers.add(new DescribeClientQuotasHandler(cluster));
        handlers.add(new AlterClientQuotasHandler(admin));
        handlers.add(new DescribeUserScramCredentialsHandler(cluster));
        handlers.add(new AlterUserScramCredentialsHandler(admin));
        handlers.add(new DescribeQuorumHandler(admin));
        handlers.add(new AddRaftVoterHandler(admin));
        handlers.add(new RemoveRaftVoterHandler(admin));
        handlers.add(new DescribeLogDirsHandler(cluster, logDirs));
        handlers.addAll(AclsWithoutAuthorizerHandler.all());
        handlers.add(new ProduceHandler(cluster, partitions));
        handlers.add(new FetchHandler(cluster, fetches, fetchSettings.maxRequestElements()));
        handlers.add(new ListOffsetsHandler(cluster, partitions));
        handlers.add(new OffsetForLeaderEpochHandler(cluster, partitions));
        handlers.add(new InitProducerIdHandler(producerIds));
        return new RequestDispatcher(handlers, cluster);
    }
}
