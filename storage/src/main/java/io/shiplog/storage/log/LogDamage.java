// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.model.PartitionKey;

/**
 * A segment of an open log in which something is wrong.
 *
 * @param segmentBase the segment: what the log holds below it is not concerned
 * @param reason what was found, in words
 */
public record LogDamage(PartitionKey partition, long segmentBase, String reason) {}
