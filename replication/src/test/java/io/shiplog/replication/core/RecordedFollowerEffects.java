// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/** Carries out what a follower wants on a log in memory, at once, and writes it down. */
final class RecordedFollowerEffects implements FollowerEffects {
    private final InMemoryLog log;
    PartitionFollower follower;
    final List<String> truncations = new ArrayList<>();
    final List<String> shipments = new ArrayList<>();
    boolean nobodyShips;
    final List<Long> highWatermarks = new ArrayList<>();
    Runnable onHighWatermark = () -> {};
    int flushRequests;
    int positionChanges;
    int appends;
    String stopped;

    RecordedFollowerEffects(InMemoryLog log) {
        this.log = log;
    }

    @Override
    public void truncateTo(long offset) {
        truncations.add("to " + offset);
        log.truncateTo(offset);
        follower.onTruncated();
    }

    @Override
    public void truncateFullyAndStartAt(long offset) {
        truncations.add("fully, start at " + offset);
        log.truncateFullyAndStartAt(offset);
        follower.onTruncated();
    }

    @Override
    public void advanceLogStart(long offset) {
        log.moveLogStart(offset);
    }

    @Override
    public void append(ByteBuffer batches, int maxLeaderEpoch, long gapsBelow) {
        Errors error = log.appendCopy(batches, maxLeaderEpoch);
        if (error == Errors.NONE) {
            appends++;
            follower.onAppended();
        } else {
            follower.onAppendRefused(error);
        }
    }

    @Override
    public void requestFlush() {
        flushRequests++;
    }

    @Override
    public void highWatermarkMoved(long highWatermark) {
        highWatermarks.add(highWatermark);
        onHighWatermark.run();
    }

    @Override
    public void positionChanged() {
        positionChanges++;
    }

    @Override
    public void ship(long fromOffset, long endOffsetExclusive) {
        shipments.add(fromOffset + " to " + endOffsetExclusive);
        if (nobodyShips) {
            follower.onShippingEnded();
        }
    }

    @Override
    public void stopShipping() {
        shipments.add("stop");
    }

    @Override
    public void stop(String why) {
        stopped = why;
    }
}
