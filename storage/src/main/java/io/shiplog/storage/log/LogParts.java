// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

/** What one log in one directory consists of: its state, and those who work on it. */
final class LogParts {
    final LogState state;
    final LogReader reader;
    final LogFlush flush;
    final LogCheckpoints checkpoints;
    final LogRetention retention;
    final LogStart start;
    final LogTruncation truncation;
    final LogCompaction compaction;
    final TimestampLookup timestamps;
    final LogAppender appender;
    final SegmentShipping shipping;
    final EpochMending epochMending;

    LogParts(LogState state) {
        this.state = state;
        this.flush = new LogFlush(state);
        this.checkpoints = new LogCheckpoints(state, flush);
        this.reader = new LogReader(state, checkpoints);
        this.retention = new LogRetention(state);
        this.start = new LogStart(state, reader, flush, checkpoints);
        this.truncation = new LogTruncation(state, reader, checkpoints, start);
        this.appender = new LogAppender(state, flush, truncation, start);
        this.compaction = new LogCompaction(state, reader, checkpoints);
        this.timestamps = new TimestampLookup(state, reader);
        this.shipping = new SegmentShipping(state, reader, flush, appender);
        this.epochMending = new EpochMending(state, reader, checkpoints);
    }
}
