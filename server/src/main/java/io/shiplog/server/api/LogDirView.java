// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;

/** The log directories of this node, for DescribeLogDirs. */
public interface LogDirView {
    /**
     * A directory.
     *
     * @param path        absolute
     * @param offline     whether failed I/O has taken it away
     * @param totalBytes  of its file system; -1 when that cannot be told
     * @param usableBytes of these, what this process may still use; -1 when that cannot be told
     */
    record LogDir(String path, boolean offline, long totalBytes, long usableBytes, List<LogSize> logs) {}

    /**
     * A partition's log.
     *
     * @param sizeBytes of its segments
     * @param offsetLag from its end to its high watermark, as Kafka means it: 0, as long as a log is ahead of what it knows to be
     *     committed; of a copy to the end of the log that it is copied from
     * @param future    whether it is being copied from another directory of the node
     */
    record LogSize(Uuid topicId, int partition, long sizeBytes, long offsetLag, boolean future) {}

    /** All directories as they are now. Completes on another thread: a file system may take its time to tell. */
    CompletableFuture<List<LogDir>> logDirs();
}
