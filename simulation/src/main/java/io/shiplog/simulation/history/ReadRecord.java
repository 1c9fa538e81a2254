// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.history;

/**
 * One record that a consumer was given.
 *
 * @param value what the producer put into it; −1 when the record was none of ours
 */
public record ReadRecord(long offset, int leaderEpoch, long value) {}
