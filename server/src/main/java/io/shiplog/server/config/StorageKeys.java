// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.config;

import static io.shiplog.server.config.ConfigKey.list;
import static io.shiplog.server.config.ConfigKey.longNumber;
import static io.shiplog.server.config.ConfigKey.optional;
import static io.shiplog.server.config.ConfigKey.string;
import static io.shiplog.server.config.ConfigKey.wholeNumber;

import io.shiplog.replication.fetch.RackAwareSelector;
import io.shiplog.server.net.NetSettings;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.scrub.ScrubSettings;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.config.ConfigDef;

/**
 * The keys of a storage node's configuration file. A name that Kafka has means here what it means there; the others are ours
 * and say so.
 */
public final class StorageKeys {
    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;
    private static final int DAY_MS = 86_400_000;

    /** No request, and so no batch, is larger on any node. */
    static final int LARGEST_REQUEST_BYTES = 100 * MIB;

    // ---- who this node is and where it is found

    static final ConfigKey<Integer> NODE_ID = wholeNumber(
            "node.id",
            null,
            0,
            Integer.MAX_VALUE,
            "The number of this node: unique in the cluster, never given to another.");
    static final ConfigKey<List<HostPort>> LISTENERS = list(
            "listeners",
            "PLAINTEXT://127.0.0.1:9092",
            "PLAINTEXT://HOST:PORT (in this version exactly one)",
            "Where Kafka clients and other nodes connect. An empty host listens on every interface, port 0 takes a free one.",
            HostPort::parseListener);
    static final ConfigKey<List<HostPort>> ADVERTISED_LISTENERS = list(
            "advertised.listeners",
            "PLAINTEXT://:0",
            "PLAINTEXT://HOST:PORT (in this version exactly one)",
            "What clients and other nodes are told to connect to. An empty host or port 0 is taken from listeners.",
            HostPort::parseListener);
    static final ConfigKey<List<HostPort>> ADMIN_LISTENER = new ConfigKey<>(
            "admin.listener",
            ConfigDef.Type.STRING,
            ":0",
            "HOST:PORT, or empty",
            "Ours. Where this node tells of itself to bin/shiplog (docs/admin-api.md). An empty host is that of listeners, port 0 takes a free one; others "
                    + "are told both. Empty: nowhere.",
            text -> text.isEmpty()
                    ? Optional.of(List.of())
                    : HostPort.parse(text).map(List::of));
    static final ConfigKey<List<Path>> LOG_DIRS = list(
            "log.dirs",
            null,
            "a directory",
            "The directories that hold partitions, best one per disk. They are created, and stamped with cluster and node id.",
            StorageKeys::path);
    static final ConfigKey<String> BROKER_RACK =
            string("broker.rack", "", "The rack or zone of this node; replicas of a partition are spread over racks.");

    // ---- the metadata quorum

    static final ConfigKey<List<HostPort>> QUORUM_ENDPOINTS = list(
            "quorum.endpoints",
            null,
            "HOST:PORT",
            "Ours. The metadata endpoints of the quorum nodes; all of them, so that any may be down.",
            StorageKeys::remote);
    static final ConfigKey<Integer> BROKER_SESSION_TIMEOUT_MS = wholeNumber(
            "broker.session.timeout.ms",
            2_000,
            500,
            600_000,
            "Without a heartbeat for so long the controller counts the node as dead. The quorum nodes' value counts from the "
                    + "registration on: the node's own lease for acks 0 and 1 ends a tenth earlier after the last heartbeat was sent.");

    // ---- connections

    static final ConfigKey<Integer> EVENT_LOOPS = wholeNumber(
            "event.loops", 1, 1, 1, "Ours. Threads that own connections and partitions; one in this version.");
    static final ConfigKey<Integer> SOCKET_REQUEST_MAX_BYTES = wholeNumber(
            "socket.request.max.bytes",
            NetSettings.DEFAULT_REQUEST_MAX_BYTES,
            64 * KIB,
            LARGEST_REQUEST_BYTES,
            "A request longer than this closes the connection. (Kafka's default is 100 MiB.)");
    static final ConfigKey<Integer> MAX_CONNECTIONS = wholeNumber(
            "max.connections",
            NetSettings.DEFAULT_MAX_CONNECTIONS,
            1,
            1_000_000,
            "Connections to this node at a time; more are closed. (Kafka has no limit.)");
    static final ConfigKey<Integer> MAX_CONNECTIONS_PER_IP = wholeNumber(
            "max.connections.per.ip",
            NetSettings.DEFAULT_MAX_CONNECTIONS_PER_ADDRESS,
            1,
            1_000_000,
            "Connections from one address at a time; more are closed. (Kafka has no limit.)");
    static final ConfigKey<Long> CONNECTIONS_MAX_IDLE_MS = longNumber(
            "connections.max.idle.ms",
            NetSettings.DEFAULT_IDLE_MS,
            1_000,
            DAY_MS,
            "A connection with nothing asked and nothing to answer is closed after this.");
    static final ConfigKey<Long> CONNECTIONS_MAX_FRAME_MS = longNumber(
            "connections.max.frame.ms",
            NetSettings.DEFAULT_FRAME_MAX_MS,
            100,
            DAY_MS,
            "Ours. A request that has begun to arrive must be complete after this, or its connection is closed.");
    static final ConfigKey<Integer> CONNECTION_PIPELINE_MAX_REQUESTS = wholeNumber(
            "connection.pipeline.max.requests",
            NetSettings.DEFAULT_PIPELINE_REQUESTS,
            1,
            1_024,
            "Ours. Requests of one connection that are read ahead of its answers.");
    static final ConfigKey<Integer> CONNECTION_PIPELINE_MAX_BYTES = wholeNumber(
            "connection.pipeline.max.bytes",
            NetSettings.DEFAULT_PIPELINE_BYTES,
            1,
            Integer.MAX_VALUE,
            "Ours. Bytes of such requests; one request is always read.");
    static final ConfigKey<Long> QUEUED_MAX_REQUEST_BYTES = longNumber(
            "queued.max.request.bytes",
            NetSettings.DEFAULT_QUEUED_BYTES,
            64 * KIB,
            Long.MAX_VALUE,
            "Bytes of requests that all connections together may hold. Not less than socket.request.max.bytes.");
    static final ConfigKey<Integer> SOCKET_LISTEN_BACKLOG_SIZE = wholeNumber(
            "socket.listen.backlog.size",
            NetSettings.DEFAULT_BACKLOG,
            1,
            65_535,
            "Connections that may wait to be accepted. (Kafka's default is 50.)");
    static final ConfigKey<Integer> ZERO_COPY_MIN_BYTES = wholeNumber(
            "zero.copy.min.bytes",
            NetSettings.DEFAULT_ZERO_COPY_MIN_BYTES,
            0,
            Integer.MAX_VALUE,
            "Ours. A run of fetched bytes at least this long is sent from the file by sendfile, a shorter one is copied.");

    // ---- fetching

    static final ConfigKey<Integer> FETCH_MAX_BYTES = wholeNumber(
            "fetch.max.bytes",
            55 * MIB,
            KIB,
            Integer.MAX_VALUE / 2,
            "The most record bytes in one answer to a consumer.");
    static final ConfigKey<Integer> FETCH_SESSION_SLOTS = wholeNumber(
            "max.incremental.fetch.session.cache.slots",
            1_000,
            1,
            1_000_000,
            "Incremental fetch sessions that this node keeps for consumers and followers.");
    static final ConfigKey<Integer> REPLICA_FETCH_MAX_BYTES = wholeNumber(
            "replica.fetch.max.bytes",
            MIB,
            1,
            Integer.MAX_VALUE / 2,
            "Bytes of one partition that a follower asks for in one fetch; a longer first batch is sent all the same.");
    static final ConfigKey<Integer> REPLICA_FETCH_RESPONSE_MAX_BYTES = wholeNumber(
            "replica.fetch.response.max.bytes",
            10 * MIB,
            1,
            Integer.MAX_VALUE / 2,
            "Bytes that a follower asks for in one fetch; a longer first batch is sent all the same.");
    static final ConfigKey<Integer> REPLICA_FETCH_WAIT_MAX_MS = wholeNumber(
            "replica.fetch.wait.max.ms",
            500,
            1,
            20_000,
            "How long a leader keeps a follower's fetch when nothing is new. Not more than replica.lag.time.max.ms.");

    static final ConfigKey<Long> REPLICA_BULK_MIN_BYTES = longNumber(
            "replica.bulk.min.bytes",
            64L * MIB,
            -1,
            Long.MAX_VALUE,
            "Ours. A follower that is not in sync and lacks so many bytes in closed segments has them shipped as files, from any in-sync "
                    + "replica. -1: never.");
    static final ConfigKey<Integer> REPLICA_BULK_STREAMS = wholeNumber(
            "replica.bulk.streams", 4, 1, 64, "Ours. Segments that this node receives at a time, each on a thread.");
    static final ConfigKey<Integer> REPLICA_BULK_STREAMS_PER_NODE =
            wholeNumber("replica.bulk.streams.per.node", 2, 1, 64, "Ours. Of these from one other node at most.");

    // ---- replication

    static final ConfigKey<Integer> REPLICA_LAG_TIME_MAX_MS = wholeNumber(
            "replica.lag.time.max.ms",
            10_000,
            100,
            DAY_MS,
            "A follower that was not caught up for so long leaves the in-sync replicas. (Kafka's default is 30 s.)");
    static final ConfigKey<String> REPLICA_SELECTOR_CLASS = optional(
            "replica.selector.class",
            ConfigDef.Type.CLASS,
            List.of(RackAwareSelector.KAFKA_NAME),
            "Where consumers are sent that say in which rack they are. Kafka's name of its rack-aware selector stands for our own: an in-sync replica "
                    + "in the consumer's rack. Empty: everybody reads from leaders.");

    // ---- storage

    static final ConfigKey<Integer> LOG_SEGMENT_BYTES = wholeNumber(
            "log.segment.bytes",
            1024 * MIB,
            MIB,
            Integer.MAX_VALUE,
            "A segment file is closed at this size. Default of topics.");
    static final ConfigKey<Long> LOG_ROLL_MS = longNumber(
            "log.roll.ms",
            7L * DAY_MS,
            1,
            Long.MAX_VALUE,
            "A segment file is closed when its first record is so old. Default of topics.");
    static final ConfigKey<Long> LOG_RETENTION_MS = longNumber(
            "log.retention.ms",
            7L * DAY_MS,
            -1,
            Long.MAX_VALUE,
            "Closed segments are deleted when their newest record is so old; -1: never. Default of topics.");
    static final ConfigKey<Long> LOG_RETENTION_BYTES = longNumber(
            "log.retention.bytes",
            -1L,
            -1,
            Long.MAX_VALUE,
            "The oldest closed segments of a partition beyond this size are deleted; -1: never. Default of topics.");
    static final ConfigKey<Long> LOG_RETENTION_CHECK_INTERVAL_MS = longNumber(
            "log.retention.check.interval.ms", 300_000L, 1, DAY_MS, "How often segments are looked over for deletion.");
    static final ConfigKey<Integer> LOG_INDEX_INTERVAL_BYTES = wholeNumber(
            "log.index.interval.bytes",
            32 * KIB,
            KIB,
            64 * MIB,
            "Bytes of a segment between two entries of its index. Default of topics. (Kafka's default is 4 KiB.)");
    static final ConfigKey<Integer> LOG_CLEANER_THREADS = wholeNumber(
            "log.cleaner.threads", 1, 1, 64, "Threads that compact the logs of topics with cleanup.policy=compact.");
    static final ConfigKey<Long> LOG_CLEANER_DEDUPE_BUFFER_SIZE = longNumber(
            "log.cleaner.dedupe.buffer.size",
            32L * MIB,
            64 * KIB,
            Long.MAX_VALUE,
            "Memory for the keys of the logs that are being compacted, of all threads together; 32 bytes a key. Taken while it is "
                    + "needed. (Kafka's default is 128 MiB.)");
    static final ConfigKey<Long> LOG_CLEANER_IO_MAX_BYTES_PER_SECOND = longNumber(
            "log.cleaner.io.max.bytes.per.second",
            Long.MAX_VALUE,
            64 * KIB,
            Long.MAX_VALUE,
            "Bytes that compaction reads and writes in a second, of all threads together.");
    static final ConfigKey<Long> LOG_CLEANER_BACKOFF_MS = longNumber(
            "log.cleaner.backoff.ms", 15_000L, 1, DAY_MS, "How often logs are looked over when none needs compaction.");
    static final ConfigKey<Integer> RECOVERY_THREADS = wholeNumber(
            "num.recovery.threads.per.data.dir",
            2,
            1,
            64,
            "Threads that look over the partitions of a log directory at start.");
    static final ConfigKey<Integer> MESSAGE_MAX_BYTES = wholeNumber(
            "message.max.bytes",
            MIB + 12,
            KIB,
            Integer.MAX_VALUE / 2,
            "The longest record batch that a producer may send. Default of topics; less than socket.request.max.bytes.");
    static final ConfigKey<Integer> PRODUCER_ID_EXPIRATION_MS = wholeNumber(
            "producer.id.expiration.ms",
            DAY_MS,
            1,
            Integer.MAX_VALUE,
            "A partition forgets the sequence numbers of a producer that wrote nothing for so long.");
    static final ConfigKey<Integer> FLUSH_THREADS = wholeNumber(
            "flush.threads",
            2,
            1,
            64,
            "Ours. At most so many threads of each log directory sync files to disk; no more do than keep waits short.");

    static final ConfigKey<Integer> MAX_OPEN_SEGMENT_FILES = wholeNumber(
            "max.open.segment.files",
            LogDirectoryConfig.DEFAULT_OPEN_FILES,
            16,
            10_000_000,
            "Ours. Segment files of all log directories that are open at a time; others are opened when they are used. At start it is "
                    + "lowered to half of the descriptors that the process may have, if need be.");
    static final ConfigKey<Long> SCRUB_INTERVAL_MS = longNumber(
            "scrub.interval.ms",
            ScrubSettings.DEFAULT_INTERVAL_MS,
            1_000,
            Long.MAX_VALUE,
            "Ours. Every segment is read and checked once in so long.");
    static final ConfigKey<Long> SCRUB_BYTES_PER_SECOND = longNumber(
            "scrub.bytes.per.second",
            ScrubSettings.DEFAULT_BYTES_PER_SECOND,
            64 * KIB,
            Long.MAX_VALUE,
            "Ours. The most that this reads of each log directory.");
    static final ConfigKey<Long> READ_CHECK_INTERVAL_MS = longNumber(
            "read.check.interval.ms",
            ScrubSettings.DEFAULT_READ_TRUST_MS,
            0,
            Long.MAX_VALUE,
            "Ours. Bytes that were written or checked so long ago are checked again before they are sent; 0: each time.");

    static final ConfigKey<Long> DISK_RESERVE_BYTES = longNumber(
            "disk.reserve.bytes",
            -1L,
            -1,
            Long.MAX_VALUE,
            "Ours. A log directory with less free space than this takes no records until there is a fifth more; everything else "
                    + "goes on. -1: 1 GiB, or a twentieth of the file system when that is less. 0: none.");
    static final ConfigKey<Integer> DISK_SLOW_THRESHOLD_MS = wholeNumber(
            "disk.slow.threshold.ms",
            500,
            1,
            600_000,
            "Ours. A node one of whose log directories takes at least so long to sync or to append, in half of the last 10 s, "
                    + "reports itself as slow: its leaderships go to in-sync replicas on nodes that are not.");
    static final ConfigKey<Integer> DISK_HANG_TIMEOUT_MS = wholeNumber(
            "disk.hang.timeout.ms",
            10_000,
            1_000,
            600_000,
            "Ours. A node of which one sync to disk has been running for so long asks to be fenced, until it has ended.");

    private StorageKeys() {}

    /** All keys, in the order of documentation. */
    public static List<ConfigKey<?>> all() {
        List<ConfigKey<?>> all = new ArrayList<>(ofTheNode());
        all.addAll(LimitKeys.all());
        all.addAll(GroupKeys.all());
        return Collections.unmodifiableList(all);
    }

    private static List<ConfigKey<?>> ofTheNode() {
        return List.of(
                NODE_ID,
                LISTENERS,
                ADVERTISED_LISTENERS,
                ADMIN_LISTENER,
                LOG_DIRS,
                BROKER_RACK,
                QUORUM_ENDPOINTS,
                BROKER_SESSION_TIMEOUT_MS,
                EVENT_LOOPS,
                SOCKET_REQUEST_MAX_BYTES,
                MAX_CONNECTIONS,
                MAX_CONNECTIONS_PER_IP,
                CONNECTIONS_MAX_IDLE_MS,
                CONNECTIONS_MAX_FRAME_MS,
                CONNECTION_PIPELINE_MAX_REQUESTS,
                CONNECTION_PIPELINE_MAX_BYTES,
                QUEUED_MAX_REQUEST_BYTES,
                SOCKET_LISTEN_BACKLOG_SIZE,
                ZERO_COPY_MIN_BYTES,
                FETCH_MAX_BYTES,
                FETCH_SESSION_SLOTS,
                REPLICA_FETCH_MAX_BYTES,
                REPLICA_FETCH_RESPONSE_MAX_BYTES,
                REPLICA_FETCH_WAIT_MAX_MS,
                REPLICA_BULK_MIN_BYTES,
                REPLICA_BULK_STREAMS,
                REPLICA_BULK_STREAMS_PER_NODE,
                REPLICA_LAG_TIME_MAX_MS,
                REPLICA_SELECTOR_CLASS,
                LOG_SEGMENT_BYTES,
                LOG_ROLL_MS,
                LOG_RETENTION_MS,
                LOG_RETENTION_BYTES,
                LOG_RETENTION_CHECK_INTERVAL_MS,
                LOG_INDEX_INTERVAL_BYTES,
                LOG_CLEANER_THREADS,
                LOG_CLEANER_DEDUPE_BUFFER_SIZE,
                LOG_CLEANER_IO_MAX_BYTES_PER_SECOND,
                LOG_CLEANER_BACKOFF_MS,
                RECOVERY_THREADS,
                MESSAGE_MAX_BYTES,
                PRODUCER_ID_EXPIRATION_MS,
                FLUSH_THREADS,
                MAX_OPEN_SEGMENT_FILES,
                SCRUB_INTERVAL_MS,
                SCRUB_BYTES_PER_SECOND,
                READ_CHECK_INTERVAL_MS,
                DISK_RESERVE_BYTES,
                DISK_SLOW_THRESHOLD_MS,
                DISK_HANG_TIMEOUT_MS);
    }

    /** The names of all keys. */
    public static Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        for (ConfigKey<?> key : all()) {
            names.add(key.name());
        }
        return Collections.unmodifiableSet(names);
    }

    private static Optional<Path> path(String text) {
        try {
            return Optional.of(Path.of(text));
        } catch (InvalidPathException noPath) {
            return Optional.empty();
        }
    }

    private static Optional<HostPort> remote(String text) {
        return HostPort.parse(text).filter(address -> !address.host().isEmpty() && address.port() > 0);
    }
}
