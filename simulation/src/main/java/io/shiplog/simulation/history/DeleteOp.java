// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.history;

import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.protocol.Errors;

/** A deletion of the records below an offset. */
public final class DeleteOp {
    public final int client;
    public final TopicIdPartition partition;
    public final long beforeOffset;
    public final long invokedUs;
    public long endedUs = -1;
    public Outcome outcome = Outcome.PENDING;
    public Errors error = Errors.NONE;
    public long lowWatermark = -1;

    public DeleteOp(int client, TopicIdPartition partition, long beforeOffset, long invokedUs) {
        this.client = client;
        this.partition = partition;
        this.beforeOffset = beforeOffset;
        this.invokedUs = invokedUs;
    }
}
