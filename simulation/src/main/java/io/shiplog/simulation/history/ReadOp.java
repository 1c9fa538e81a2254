// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.history;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.protocol.Errors;

/** One fetch of a consumer that was answered. Times are those of the simulation, in microseconds. */
public final class ReadOp {
    public final int client;
    public final TopicIdPartition partition;
    /** Who answered. */
    public final int node;

    public final long invokedUs;
    public final long endedUs;
    /** What was asked for. */
    public final long position;

    public Errors error = Errors.NONE;
    public long highWatermark = -1;
    public long lastStableOffset = -1;
    /** Whether the consumer goes on from another position than behind what it was given: reset, or moved back by a divergence. */
    public boolean jumps;

    public final List<ReadRecord> records = new ArrayList<>();

    public ReadOp(int client, TopicIdPartition partition, int node, long invokedUs, long endedUs, long position) {
        this.client = client;
        this.partition = partition;
        this.node = node;
        this.invokedUs = invokedUs;
        this.endedUs = endedUs;
        this.position = position;
    }
}
