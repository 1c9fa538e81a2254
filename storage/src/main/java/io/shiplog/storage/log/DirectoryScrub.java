// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.model.PartitionKey;
import io.shiplog.storage.scrub.ScrubSettings;
import io.shiplog.storage.scrub.ScrubSource;
import io.shiplog.storage.scrub.ScrubStatus;
import io.shiplog.storage.scrub.Scrubber;
import io.shiplog.storage.scrub.SegmentCheck;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The scrub of one directory on a thread of its own, so that long reads hold up nothing else. */
final class DirectoryScrub implements ScrubSource {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryScrub.class);

    private final LogContext context;
    private final Map<PartitionKey, PartitionLog> logs;
    private final Scrubber scrubber;
    private final Background thread;

    DirectoryScrub(LogContext context, Map<PartitionKey, PartitionLog> logs, ScrubSettings settings) {
        this.context = context;
        this.logs = logs;
        this.scrubber = new Scrubber(this, settings, context.clock(), context.files(), context.directory());
        this.thread = new Background(
                context.host().backgroundWork("scrub-" + context.directory().getFileName()), context.failure());
    }

    void start() {
        after(1);
    }

    private void after(long delayMs) {
        thread.after(delayMs, "the scrub of " + context.directory(), () -> after(scrubber.step()));
    }

    ScrubStatus status() {
        return scrubber.status();
    }

    /** Ends the thread and keeps the progress. */
    void close() {
        thread.close();
        try {
            scrubber.close();
        } catch (IOException e) {
            LOG.warn("The progress of the scrub of {} is lost: {}", context.directory(), e.toString());
        }
    }

    @Override
    public List<PartitionKey> partitions() {
        List<PartitionKey> keys = new ArrayList<>(logs.keySet());
        keys.sort(Comparator.comparing(PartitionKey::directoryName));
        return keys;
    }

    @Override
    public SegmentCheck next(PartitionKey partition, long aboveBase) {
        PartitionLog log = logs.get(partition);
        return log == null ? null : SegmentScrub.next(log.state(), log.reader(), aboveBase);
    }
}
