// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

/**
 * What callers may take of an {@link EndpointServer}.
 *
 * @param name of the endpoint, for threads and log lines
 * @param maxConnections open at a time; more are closed
 * @param maxRequestBytes of one request; a longer one ends the connection. So much of each connection may be in memory
 * @param maxUnanswered requests of one connection without an answer that has left; more end it
 * @param maxSilenceMs without a byte for so long a connection ends
 * @param maxLifeMs a connection ends after so long whatever it does; 0: it may stay
 */
public record EndpointLimits(
        String name, int maxConnections, int maxRequestBytes, int maxUnanswered, int maxSilenceMs, int maxLifeMs) {
    /** Of quorum nodes: their callers stay connected. */
    public static final EndpointLimits METADATA =
            new EndpointLimits("metadata", 4_096, Frames.MAX_BYTES, 32, 60_000, 0);
    /** Of storage nodes: people ask now and then, with a connection for each question, which is short. */
    public static final EndpointLimits ADMIN = new EndpointLimits("admin", 64, 64 << 10, 2, 10_000, 30_000);
}
