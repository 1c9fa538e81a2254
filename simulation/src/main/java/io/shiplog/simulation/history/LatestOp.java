// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.history;

import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.protocol.Errors;

/**
 * A look-up of the latest offset that was answered.
 *
 * @param offset −1 on error
 */
public record LatestOp(
        int client,
        TopicIdPartition partition,
        int node,
        long invokedUs,
        long endedUs,
        Errors error,
        long offset,
        int leaderEpoch) {}
