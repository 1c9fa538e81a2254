// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.quorum;

/**
 * How nodes follow the metadata and keep their registrations.
 *
 * @param heartbeatMs between two heartbeats
 * @param leaseMs how long an acknowledged heartbeat lasts
 * @param leaseCutMs what is left of it when the connection breaks
 * @param requestTimeoutMs after it the outcome of a command counts as unknown
 */
public record ClientSettings(int heartbeatMs, int leaseMs, int leaseCutMs, int requestTimeoutMs) {}
