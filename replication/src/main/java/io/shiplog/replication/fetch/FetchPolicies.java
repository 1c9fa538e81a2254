// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import java.util.function.BooleanSupplier;

/**
 * What a node decides about fetches beside their limits.
 *
 * @param selector where consumers are sent
 * @param leaseHolds whether this node has heard from the controller lately. Without, its followers serve no consumers, so that one that is
 *     fenced without knowing it keeps nobody (KAFKA-15390), and its leaders send nobody away, so that all go on reading while there is no controller
 */
public record FetchPolicies(ReadReplicaSelector selector, BooleanSupplier leaseHolds) {
    /** Everybody reads from leaders or where he likes. */
    public static FetchPolicies none() {
        return new FetchPolicies(ReadReplicaSelector.LEADER, () -> true);
    }
}
