// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import com.yammer.metrics.core.MetricsRegistry;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.PartitionWriter;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorService;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorRuntimeMetrics;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.server.share.persister.NoOpStatePersister;
import org.apache.kafka.server.util.PartitionMetadataClient;
import org.apache.kafka.server.util.timer.SystemTimer;
import org.apache.kafka.server.util.timer.SystemTimerReaper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Kafka's group coordinator as it runs on this node: built and started together, because its threads start when it is built. */
final class RunningCoordinator implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningCoordinator.class);

    private final GroupCoordinatorService service;
    private final GroupConfigManager configs;
    private final Metrics metrics;
    private final int partitions;

    private RunningCoordinator(
            GroupCoordinatorService service, GroupConfigManager configs, Metrics metrics, int partitions) {
        this.service = service;
        this.configs = configs;
        this.metrics = metrics;
        this.partitions = partitions;
    }

    /**
     * Starts a coordinator that leads nothing yet.
     *
     * @param partitions of {@code __consumer_offsets}; which of them a group is in follows from their number
     */
    static RunningCoordinator start(
            GroupSettings settings,
            int partitions,
            PartitionWriter writer,
            CoordinatorLoader<CoordinatorRecord> loader) {
        GroupCoordinatorConfig config = settings.coordinator();
        ShareGroupConfig share = settings.share();
        String name = "group-coordinator-" + settings.nodeId();
        // Both of these know a coordinator by its names only, so each has its own.
        Metrics metrics = new Metrics();
        MetricsRegistry registry = new MetricsRegistry();
        GroupConfigManager configs = new GroupConfigManager(config.extractGroupConfigMap(share), config, share);
        GroupCoordinatorService service = new GroupCoordinatorService.Builder(settings.nodeId(), config)
                .withWriter(writer)
                .withLoader(loader)
                .withTime(Time.SYSTEM)
                .withTimer(new SystemTimerReaper(name + "-reaper", new SystemTimer(name + "-timer")))
                .withCoordinatorRuntimeMetrics(new GroupCoordinatorRuntimeMetrics(metrics))
                .withGroupCoordinatorMetrics(new GroupCoordinatorMetrics(registry, metrics))
                .withGroupConfigManager(configs)
                .withPersister(new NoOpStatePersister())
                .withAuthorizerPlugin(Optional.empty())
                .withPartitionMetadataClient(new NoShareGroups())
                .build();
        service.startup(() -> partitions);
        return new RunningCoordinator(service, configs, metrics, partitions);
    }

    GroupCoordinatorService service() {
        return service;
    }

    int partitions() {
        return partitions;
    }

    /**
     * A group has these settings of its own from now on; what lies beyond this node's bounds is taken as the bound.
     *
     * @param settings empty for none
     */
    void configure(String group, Map<String, String> settings) {
        Properties properties = new Properties();
        properties.putAll(settings);
        try {
            configs.updateGroupConfig(group, properties);
        } catch (ConfigException | ApiException e) {
            LOG.error("the settings of group {} are not taken: {}", group, e.getMessage());
        }
    }

    /** What the coordinator measures of itself. */
    Metrics metrics() {
        return metrics;
    }

    /** Whoever waits for the coordinator hears that it is not available; its threads have ended. */
    @Override
    public void close() {
        service.shutdown();
        metrics.close();
    }

    /** Only the lag of share groups is computed from these offsets. */
    private static final class NoShareGroups implements PartitionMetadataClient {
        @Override
        public Map<TopicPartition, CompletableFuture<OffsetResponse>> listLatestOffsets(Set<TopicPartition> wanted) {
            throw new UnsupportedOperationException("share groups are not served");
        }

        @Override
        public void close() {}
    }
}
