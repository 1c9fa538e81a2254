// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.protocol.Errors;

/**
 * How one follower's fetching goes, for people.
 *
 * @param leaderId the node that it is fetched from
 * @param lag committed records that the follower does not have yet, as far as it knows
 * @param lastError the leader's last refusal, or why the last answer could not be used; NONE when all is well
 * @param failures failures in a row
 * @param connected whether the leader answers at all
 */
public record FetcherStatus(
        TopicIdPartition partition, int leaderId, long lag, Errors lastError, int failures, boolean connected) {}
