// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

/**
 * What callers may take of an {@link EndpointServer}.
 *
 * @param name of the endpoint, for threads and log lines
 * @param maxConnections open at a time; more are closed
 * @param maxUnanswered requests of one connection without an answer that has left; more end it
 * @param maxSilenceSeconds without a byte for so long a connection ends
 * @param maxLifeSeconds a connection ends after so long whatever it does; 0: it may stay
 */
public record EndpointLimits(
        String name, int maxConnections, int maxUnanswered, int maxSilenceSeconds, int maxLifeSeconds) {
    /** Of quorum nodes: their callers stay connected. */
    public static final EndpointLimits METADATA = new EndpointLimits("metadata", 4_096, 32, 60, 0);
    /** Of storage nodes: people ask now and then, with a connection for each question. */
    public static final EndpointLimits ADMIN = new EndpointLimits("admin", 64, 4, 10, 30);
}
