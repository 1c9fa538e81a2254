// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

/**
 * How fast a job may go.
 *
 * @param rateBytesPerSecond per node and direction, above 0; 0: as fast as leaves headroom for clients
 * @param minRateBytesPerSecond adaptive: never slower than this; 0: no such floor
 * @param maxInFlight moves at a time, from 1 on
 * @param maxPerNode moves of all jobs that read from or write to one node, from 1 on
 */
public record JobSettings(long rateBytesPerSecond, long minRateBytesPerSecond, int maxInFlight, int maxPerNode) {
    public static final int DEFAULT_MAX_IN_FLIGHT = 20;
    public static final int DEFAULT_MAX_PER_NODE = 5;
}
