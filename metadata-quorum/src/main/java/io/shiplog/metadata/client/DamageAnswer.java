// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.client;

import org.apache.kafka.common.protocol.Errors;

/**
 * What the controller says to a replica that wants to be repaired.
 *
 * @param error NONE: nobody counts on the replica any more; ELIGIBLE_LEADERS_NOT_AVAILABLE: nobody else could lead, so it stays what it is;
 *     UNKNOWN_TOPIC_OR_PARTITION: there is no such replica
 * @param partitionEpoch the version of the partition from which on NONE holds
 */
public record DamageAnswer(Errors error, int partitionEpoch) {}
