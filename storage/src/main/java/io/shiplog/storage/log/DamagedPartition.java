// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.model.PartitionKey;

/**
 * A partition whose data here cannot be vouched for: it must leave the ISR and the ELR.
 *
 * @param reason what was found, in words
 * @param quarantined its directory was renamed aside, so that the replica begins empty; otherwise the data is still there
 *     and is compared with the leader's
 */
public record DamagedPartition(PartitionKey partition, String reason, boolean quarantined) {}
