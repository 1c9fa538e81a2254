// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.config;

import io.shiplog.metadata.client.MetadataClientSettings;
import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.node.ConfigProblem;
import io.shiplog.metadata.node.ConfigValues;
import io.shiplog.replication.core.CoreSettings;
import io.shiplog.replication.fetch.FetchSettings;
import io.shiplog.replication.fetch.FetcherSettings;
import io.shiplog.replication.runtime.ReplicationSettings;
import io.shiplog.server.api.NodeConfigs;
import io.shiplog.server.group.GroupSettings;
import io.shiplog.server.net.LeaderEndpointSettings;
import io.shiplog.server.net.NetSettings;
import io.shiplog.server.net.SegmentStreamSettings;
import io.shiplog.server.quota.QuotaWindows;
import io.shiplog.storage.compact.CleanerSettings;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.log.SpaceSettings;
import io.shiplog.storage.scrub.ScrubSettings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The whole configuration of one storage node, read and checked once at start.
 *
 * <p>Every subsystem gets its own record of settings from here and knows nothing of files and keys.
 */
public final class BrokerConfig implements NodeConfigs {
    private static final long MAX_TICK_MS = 500;
    /** Laggards leave the in-sync replicas late by at most this part of replica.lag.time.max.ms. */
    private static final long TICKS_PER_LAG = 10;

    private static final int CONNECT_TIMEOUT_MS = 2_000;
    /** What a fetch response may hold beside records; the records of one partition may exceed the limit by one batch. */
    private static final int FETCH_HEADERS_MAX_BYTES = 16 * 1024 * 1024;

    private final KeyValues values;
    private final HostPort listener;
    private final HostPort advertised;

    private BrokerConfig(KeyValues values) {
        this.values = values;
        this.listener = single(StorageKeys.LISTENERS);
        this.advertised = advertisedAddress();
        checkTogether();
    }

    /**
     * Reads a storage node's configuration file.
     *
     * @throws ConfigProblem when the node must not start with it
     */
    public static BrokerConfig load(Path file) {
        ConfigValues values = ConfigValues.load(file);
        values.rejectUnknown(StorageKeys.names());
        return of(values);
    }

    /** As {@link #load}, of values that may hold other keys too. */
    public static BrokerConfig of(ConfigValues values) {
        return new BrokerConfig(new KeyValues(values, StorageKeys.all()));
    }

    public int nodeId() {
        return values.get(StorageKeys.NODE_ID);
    }

    /** Empty: none. */
    public String rack() {
        return values.get(StorageKeys.BROKER_RACK);
    }

    /** Where to listen; host empty: every interface; port 0: a free one. */
    public HostPort listener() {
        return listener;
    }

    /** What others are told, once the listener's port is known. */
    public HostPort advertised(int boundPort) {
        return new HostPort(advertised.host(), advertised.port() == 0 ? boundPort : advertised.port());
    }

    /** Where the node tells of itself, as {@link #listener}; empty: nowhere. */
    public Optional<HostPort> adminListener() {
        return values.get(StorageKeys.ADMIN_LISTENER).stream()
                .findFirst()
                .map(given -> given.host().isEmpty() ? new HostPort(listener.host(), given.port()) : given);
    }

    /** What others are told of that, once its port is known. */
    public HostPort advertisedAdmin(int boundPort) {
        String host = adminListener().orElseThrow().host();
        return new HostPort(isEveryInterface(host) ? advertised.host() : host, boundPort);
    }

    public List<Path> logDirs() {
        return values.get(StorageKeys.LOG_DIRS);
    }

    /** How the quorum is reached. */
    public MetadataClientSettings metadataClientSettings() {
        List<Endpoint> endpoints = values.get(StorageKeys.QUORUM_ENDPOINTS).stream()
                .map(address -> new Endpoint(address.host(), address.port()))
                .toList();
        return MetadataClientSettings.of(endpoints, nodeId(), values.get(StorageKeys.BROKER_SESSION_TIMEOUT_MS));
    }

    /** Limits of the Kafka listener. */
    public NetSettings netSettings() {
        return new NetSettings(
                values.get(StorageKeys.SOCKET_REQUEST_MAX_BYTES),
                values.get(StorageKeys.MAX_CONNECTIONS),
                values.get(StorageKeys.MAX_CONNECTIONS_PER_IP),
                values.get(StorageKeys.CONNECTIONS_MAX_IDLE_MS),
                values.get(StorageKeys.CONNECTIONS_MAX_FRAME_MS),
                values.get(StorageKeys.CONNECTION_PIPELINE_MAX_REQUESTS),
                values.get(StorageKeys.CONNECTION_PIPELINE_MAX_BYTES),
                values.get(StorageKeys.QUEUED_MAX_REQUEST_BYTES),
                values.get(LimitKeys.QUEUED_MAX_RESPONSE_BYTES),
                values.get(StorageKeys.ZERO_COPY_MIN_BYTES),
                values.get(StorageKeys.SOCKET_LISTEN_BACKLOG_SIZE));
    }

    /** Over what time quotas are measured. */
    public QuotaWindows quotaWindows() {
        return new QuotaWindows(
                values.get(LimitKeys.QUOTA_WINDOW_NUM), values.get(LimitKeys.QUOTA_WINDOW_SIZE_SECONDS));
    }

    /** Connections that the node takes in a second; more wait. */
    public int maxConnectionCreationRate() {
        return values.get(LimitKeys.MAX_CONNECTION_CREATION_RATE);
    }

    /** Whether topics that are asked for come to be. */
    public boolean autoCreatesTopics() {
        return values.get(LimitKeys.AUTO_CREATE_TOPICS_ENABLE);
    }

    /** How log directories work. */
    public LogDirectoryConfig logDirectoryConfig() {
        LogDirectoryConfig otherwise = LogDirectoryConfig.defaultConfig();
        return new LogDirectoryConfig(
                logDefaults(),
                values.get(StorageKeys.FLUSH_THREADS),
                values.get(StorageKeys.RECOVERY_THREADS),
                values.get(StorageKeys.PRODUCER_ID_EXPIRATION_MS),
                otherwise.maxProducersPerPartition(),
                otherwise.checkpointBytes(),
                otherwise.checkpointIntervalMs(),
                otherwise.marksIntervalMs(),
                otherwise.indexCacheBytes(),
                otherwise.recoverLaterBytes(),
                values.get(StorageKeys.MAX_OPEN_SEGMENT_FILES),
                SpaceSettings.withReserve(values.get(StorageKeys.DISK_RESERVE_BYTES)));
    }

    /** Settings of the log of a topic that says nothing itself. */
    public LogSettings logDefaults() {
        LogSettings otherwise = LogSettings.defaults();
        return new LogSettings(
                values.get(StorageKeys.LOG_SEGMENT_BYTES),
                values.get(StorageKeys.LOG_ROLL_MS),
                values.get(StorageKeys.LOG_RETENTION_MS),
                values.get(StorageKeys.LOG_RETENTION_BYTES),
                values.get(StorageKeys.MESSAGE_MAX_BYTES),
                values.get(StorageKeys.LOG_INDEX_INTERVAL_BYTES),
                otherwise.flushPolicy(),
                otherwise.flushInterval(),
                otherwise.timestampType(),
                otherwise.timestampBeforeMaxMs(),
                otherwise.timestampAfterMaxMs(),
                otherwise.compaction(),
                otherwise.everyRecord(),
                otherwise.compression());
    }

    /** How logs are compacted. */
    public CleanerSettings cleanerSettings() {
        return new CleanerSettings(
                values.get(StorageKeys.LOG_CLEANER_THREADS),
                values.get(StorageKeys.LOG_CLEANER_DEDUPE_BUFFER_SIZE),
                values.get(StorageKeys.LOG_CLEANER_IO_MAX_BYTES_PER_SECOND),
                values.get(StorageKeys.LOG_CLEANER_BACKOFF_MS),
                CleanerSettings.defaults().retryUncleanableMs());
    }

    public long retentionCheckIntervalMs() {
        return values.get(StorageKeys.LOG_RETENTION_CHECK_INTERVAL_MS);
    }

    /** How log directories look for rot. */
    public ScrubSettings scrubSettings() {
        return new ScrubSettings(
                values.get(StorageKeys.SCRUB_INTERVAL_MS),
                values.get(StorageKeys.SCRUB_BYTES_PER_SECOND),
                values.get(StorageKeys.READ_CHECK_INTERVAL_MS));
    }

    /** A sync or append that takes so long is a slow one. */
    public int diskSlowThresholdMs() {
        return values.get(StorageKeys.DISK_SLOW_THRESHOLD_MS);
    }

    /** A sync to disk that has been running for so long hangs. */
    public int diskHangTimeoutMs() {
        return values.get(StorageKeys.DISK_HANG_TIMEOUT_MS);
    }

    /** Bounds of the leaders' side of fetching. */
    public FetchSettings fetchSettings() {
        FetchSettings otherwise = FetchSettings.DEFAULTS;
        return new FetchSettings(
                values.get(StorageKeys.FETCH_MAX_BYTES),
                otherwise.maxWaitMs(),
                otherwise.maxRequestElements(),
                values.get(StorageKeys.FETCH_SESSION_SLOTS),
                otherwise.sessionPartitions(),
                otherwise.sessionEvictionMs());
    }

    /** Whether consumers that name their rack are sent to replicas in it. */
    public boolean selectsReadReplicasByRack() {
        return !values.get(StorageKeys.REPLICA_SELECTOR_CLASS).isEmpty();
    }

    /** How this node's followers fetch. */
    public FetcherSettings fetcherSettings() {
        FetcherSettings otherwise = FetcherSettings.defaults(nodeId());
        return new FetcherSettings(
                nodeId(),
                values.get(StorageKeys.REPLICA_FETCH_WAIT_MAX_MS),
                otherwise.minBytes(),
                values.get(StorageKeys.REPLICA_FETCH_RESPONSE_MAX_BYTES),
                values.get(StorageKeys.REPLICA_FETCH_MAX_BYTES),
                otherwise.requestTimeoutMs(),
                otherwise.minBackoffMs(),
                otherwise.maxReconnectBackoffMs(),
                otherwise.maxPartitionBackoffMs());
    }

    /** How this node's followers connect to leaders. */
    public LeaderEndpointSettings leaderEndpointSettings() {
        long largestFrame = (long) values.get(StorageKeys.REPLICA_FETCH_RESPONSE_MAX_BYTES)
                + StorageKeys.LARGEST_REQUEST_BYTES
                + FETCH_HEADERS_MAX_BYTES;
        return new LeaderEndpointSettings(
                nodeId(),
                CONNECT_TIMEOUT_MS,
                fetcherSettings().requestTimeoutMs(),
                (int) Math.min(Integer.MAX_VALUE, largestFrame),
                FetchSettings.DEFAULTS.maxRequestElements());
    }

    /** How this node receives whole segments. */
    public SegmentStreamSettings segmentStreamSettings() {
        return SegmentStreamSettings.of(
                values.get(StorageKeys.REPLICA_BULK_STREAMS),
                values.get(StorageKeys.REPLICA_BULK_STREAMS_PER_NODE),
                leaderEndpointSettings());
    }

    /** So much in closed segments must be missing before they are shipped as files. */
    public long bulkMinBytes() {
        long bytes = values.get(StorageKeys.REPLICA_BULK_MIN_BYTES);
        return bytes < 0 ? Long.MAX_VALUE : Math.max(1, bytes);
    }

    /** Bounds of replication on this node. */
    public ReplicationSettings replicationSettings() {
        int lagMs = values.get(StorageKeys.REPLICA_LAG_TIME_MAX_MS);
        CoreSettings core = new CoreSettings(
                lagMs, CoreSettings.DEFAULTS.proposalRetryMs(), CoreSettings.DEFAULTS.maxPendingAcks());
        return new ReplicationSettings(nodeId(), core, Math.max(1, Math.min(MAX_TICK_MS, lagMs / TICKS_PER_LAG)));
    }

    /** How this node coordinates groups. */
    public GroupSettings groupSettings() {
        Map<String, String> texts = new HashMap<>();
        for (ConfigKey<?> key : GroupKeys.all()) {
            texts.put(key.name(), values.get(key).toString());
        }
        return new GroupSettings(nodeId(), values.get(GroupKeys.GROUP_COORDINATOR_MAX_GROUPS), texts);
    }

    @Override
    public String problemOfGroup(Map<String, String> settings) {
        return groupSettings().problem(settings);
    }

    @Override
    public List<NodeConfig> all() {
        return values.describe();
    }

    private HostPort advertisedAddress() {
        HostPort given = single(StorageKeys.ADVERTISED_LISTENERS);
        String host = given.host().isEmpty() ? listener.host() : given.host();
        if (isEveryInterface(host)) {
            throw values.notAllowed(
                    StorageKeys.ADVERTISED_LISTENERS,
                    "a host name or address that others can connect to, since listeners names every interface");
        }
        return new HostPort(host, given.port() == 0 ? listener.port() : given.port());
    }

    private static boolean isEveryInterface(String host) {
        return host.isEmpty() || host.equals("0.0.0.0") || host.equals("::");
    }

    private HostPort single(ConfigKey<List<HostPort>> key) {
        List<HostPort> addresses = values.get(key);
        if (addresses.size() != 1) {
            throw values.notAllowed(key, key.allowed());
        }
        return addresses.get(0);
    }

    private void checkTogether() {
        if (new HashSet<>(logDirs()).size() < logDirs().size()) {
            throw values.notAllowed(StorageKeys.LOG_DIRS, "directories that differ");
        }
        checkGroups();
        atMost(StorageKeys.REPLICA_FETCH_WAIT_MAX_MS, StorageKeys.REPLICA_LAG_TIME_MAX_MS);
        if (values.get(StorageKeys.QUEUED_MAX_REQUEST_BYTES) < values.get(StorageKeys.SOCKET_REQUEST_MAX_BYTES)) {
            throw values.notAllowed(StorageKeys.QUEUED_MAX_REQUEST_BYTES, "not less than socket.request.max.bytes");
        }
        if (values.get(StorageKeys.MESSAGE_MAX_BYTES) >= values.get(StorageKeys.SOCKET_REQUEST_MAX_BYTES)) {
            throw values.notAllowed(StorageKeys.MESSAGE_MAX_BYTES, "less than socket.request.max.bytes");
        }
    }

    /** The coordinator would not start with it; better that the node does not, and says which line is wrong. */
    private void checkGroups() {
        atMost(GroupKeys.GROUP_MIN_SESSION_TIMEOUT_MS, GroupKeys.GROUP_MAX_SESSION_TIMEOUT_MS);
        atMost(GroupKeys.GROUP_CONSUMER_MIN_SESSION_TIMEOUT_MS, GroupKeys.GROUP_CONSUMER_SESSION_TIMEOUT_MS);
        atMost(GroupKeys.GROUP_CONSUMER_SESSION_TIMEOUT_MS, GroupKeys.GROUP_CONSUMER_MAX_SESSION_TIMEOUT_MS);
        atMost(GroupKeys.GROUP_CONSUMER_MIN_HEARTBEAT_INTERVAL_MS, GroupKeys.GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS);
        atMost(GroupKeys.GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS, GroupKeys.GROUP_CONSUMER_MAX_HEARTBEAT_INTERVAL_MS);
        lessThan(GroupKeys.GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS, GroupKeys.GROUP_CONSUMER_SESSION_TIMEOUT_MS);
        atMost(GroupKeys.GROUP_STREAMS_MIN_SESSION_TIMEOUT_MS, GroupKeys.GROUP_STREAMS_SESSION_TIMEOUT_MS);
        atMost(GroupKeys.GROUP_STREAMS_SESSION_TIMEOUT_MS, GroupKeys.GROUP_STREAMS_MAX_SESSION_TIMEOUT_MS);
        atMost(GroupKeys.GROUP_STREAMS_MIN_HEARTBEAT_INTERVAL_MS, GroupKeys.GROUP_STREAMS_HEARTBEAT_INTERVAL_MS);
        atMost(GroupKeys.GROUP_STREAMS_HEARTBEAT_INTERVAL_MS, GroupKeys.GROUP_STREAMS_MAX_HEARTBEAT_INTERVAL_MS);
        lessThan(GroupKeys.GROUP_STREAMS_HEARTBEAT_INTERVAL_MS, GroupKeys.GROUP_STREAMS_SESSION_TIMEOUT_MS);
    }

    private void lessThan(ConfigKey<Integer> key, ConfigKey<Integer> bound) {
        if (values.get(key) >= values.get(bound)) {
            throw values.notAllowed(key, "less than " + bound + ", which is " + values.get(bound));
        }
    }

    private void atMost(ConfigKey<Integer> key, ConfigKey<Integer> bound) {
        if (values.get(key) > values.get(bound)) {
            throw values.notAllowed(key, "not more than " + bound + ", which is " + values.get(bound));
        }
    }
}
