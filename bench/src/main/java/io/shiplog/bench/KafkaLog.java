// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;

/** Apache Kafka's own log of one partition, as a broker opens it, in a folder of its own that is removed when it is closed: what ours is compared with. */
public final class KafkaLog implements AutoCloseable {
    private static final int MAX_TRANSACTION_MS = 900_000;
    private static final int PRODUCER_EXPIRATION_MS = 86_400_000;
    private static final int EXPIRATION_CHECK_MS = 600_000;

    private final Path folder;
    private final KafkaScheduler scheduler = new KafkaScheduler(1, true, "kafka-log-");
    private final BrokerTopicStats stats = new BrokerTopicStats();
    private final UnifiedLog log;

    /** @param configs of the topic */
    public KafkaLog(Map<String, String> configs) throws IOException {
        folder = Files.createTempDirectory("shiplog-bench-kafka");
        scheduler.startup();
        log = UnifiedLog.create(
                Files.createDirectory(folder.resolve("bench-0")).toFile(),
                new LogConfig(configs),
                0,
                0,
                scheduler,
                stats,
                Time.SYSTEM,
                MAX_TRANSACTION_MS,
                new ProducerStateManagerConfig(PRODUCER_EXPIRATION_MS, false),
                EXPIRATION_CHECK_MS,
                new LogDirFailureChannel(1),
                true,
                Optional.empty());
    }

    public UnifiedLog log() {
        return log;
    }

    /** Begins anew at offset 0, with nothing. */
    public void clear() {
        log.truncateFullyAndStartAt(0, Optional.empty());
    }

    @Override
    public void close() {
        try {
            scheduler.shutdown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        log.close();
        stats.close();
        removeAll(folder);
    }

    private static void removeAll(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
