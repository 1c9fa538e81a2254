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
     * @param more          handlers that are made elsewhere: those of groups, and of what only nodes ask each other
     * @param loggers       of this process
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
            NodeLoggers loggers,
            LogDirView logDirs,
            TopicAutoCreation autoCreation,
            RequestHandler<?>... more) {
        List<BodyHandler<?>> handlers = new ArrayList<>();
        handlers.add(new MetadataHandler(cluster, autoCreation));
        handlers.add(new DescribeClusterHandler(cluster));
        handlers.add(new DescribeTopicPartitionsHandler(cluster));
        handlers.add(new ProduceHandler(cluster, partitions));
        handlers.add(new FetchHandler(cluster, fetches, fetchSettings.maxRequestElements()));
        handlers.add(new ListOffsetsHandler(cluster, partitions));
        handlers.add(new DeleteRecordsHandler(cluster, partitions));
        handlers.add(new OffsetForLeaderEpochHandler(cluster, partitions));
        handlers.add(new DescribeProducersHandler(cluster, partitions));
        handlers.add(new InitProducerIdHandler(producerIds));
        handlers.add(new DescribeLogDirsHandler(cluster, logDirs));
        handlers.addAll(topics(cluster, admin));
        handlers.addAll(settings(cluster, admin, nodeConfigs, loggers));
        handlers.addAll(administration(cluster, admin));
        handlers.addAll(AclsWithoutAuthorizerHandler.all());
        handlers.addAll(List.of(more));
        return new RequestDispatcher(handlers, cluster);
    }

    /** Topics that are there, and their partitions. */
    private static List<RequestHandler<?>> topics(ClusterView cluster, AdminPort admin) {
        return List.of(
                new DeleteTopicsHandler(cluster, admin),
                new CreatePartitionsHandler(cluster, admin),
                new ElectLeadersHandler(cluster, admin),
                new AlterPartitionReassignmentsHandler(admin),
                new ListPartitionReassignmentsHandler(cluster));
    }

    /** Whatever has settings; topics are made with theirs. */
    private static List<RequestHandler<?>> settings(
            ClusterView cluster, AdminPort admin, NodeConfigs nodeConfigs, NodeLoggers loggers) {
        ConfigDescriptions configs = new ConfigDescriptions(nodeConfigs);
        ConfigAlterations alterations =
                new ConfigAlterations(cluster, admin, nodeConfigs, new LoggerAlterations(cluster, loggers));
        return List.of(
                new CreateTopicsHandler(cluster, admin, configs),
                new DescribeConfigsHandler(cluster, configs, loggers),
                new IncrementalAlterConfigsHandler(alterations),
                new AlterConfigsHandler(alterations),
                new ListConfigResourcesHandler(cluster));
    }

    /** The cluster, its nodes and its users. */
    private static List<RequestHandler<?>> administration(ClusterView cluster, AdminPort admin) {
        return List.of(
                new UpdateFeaturesHandler(admin),
                new UnregisterBrokerHandler(admin),
                new DescribeQuorumHandler(cluster, admin),
                new AddRaftVoterHandler(admin),
                new RemoveRaftVoterHandler(admin),
                new DescribeClientQuotasHandler(cluster),
                new AlterClientQuotasHandler(admin),
                new DescribeUserScramCredentialsHandler(cluster),
                new AlterUserScramCredentialsHandler(admin));
    }
}
