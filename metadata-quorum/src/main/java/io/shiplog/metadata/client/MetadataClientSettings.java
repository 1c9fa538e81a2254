// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.client;

import java.util.List;

/**
 * How a client reaches the quorum.
 *
 * @param endpoints metadata endpoints of the quorum nodes; some are enough, the others are learnt
 * @param nodeId this storage node's id; -1 for a tool
 * @param heartbeatIntervalMs between two heartbeats
 * @param leaseMs how long an acknowledged heartbeat lasts, from its sending; must be shorter than the controller's
 *     {@code broker.session.timeout.ms} by more than clocks can differ in speed within it
 * @param requestTimeoutMs a command without an answer for this long fails with {@link MetadataUnavailable}
 * @param staleSourceMs a source that is this long behind what the controller has committed is changed
 */
public record MetadataClientSettings(
        List<Endpoint> endpoints,
        int nodeId,
        int heartbeatIntervalMs,
        int leaseMs,
        int requestTimeoutMs,
        int staleSourceMs,
        int backoffMinMs,
        int backoffMaxMs) {
    public MetadataClientSettings {
        endpoints = List.copyOf(endpoints);
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("no endpoint");
        }
    }

    /** A host and its port. */
    public record Endpoint(String host, int port) {
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    /** The defaults around a session timeout: heartbeats every 200 ms, and a tenth of the session kept as margin of the lease. */
    public static MetadataClientSettings of(List<Endpoint> endpoints, int nodeId, int sessionTimeoutMs) {
        return new MetadataClientSettings(
                endpoints, nodeId, 200, sessionTimeoutMs - sessionTimeoutMs / 10, 5_000, 500, 20, 200);
    }
}
