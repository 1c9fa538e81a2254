// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

/**
 * How a follower's connection to a leader behaves.
 *
 * @param nodeId           this node; its client id at the leader says so
 * @param connectTimeoutMs an address that does not answer for so long is given up
 * @param requestTimeoutMs a connection that owes an answer for so long is given up; longer than a fetch may be parked
 * @param responseMaxBytes largest response frame that is read
 * @param responseMaxElements topics and partitions that one response may name in all
 */
public record LeaderEndpointSettings(
        int nodeId, int connectTimeoutMs, int requestTimeoutMs, int responseMaxBytes, int responseMaxElements) {
    public LeaderEndpointSettings {
        if (connectTimeoutMs < 1 || requestTimeoutMs < 1 || responseMaxBytes < 1024 || responseMaxElements < 1) {
            throw new IllegalArgumentException(
                    "not usable: connectTimeoutMs=" + connectTimeoutMs + ", requestTimeoutMs="
                            + requestTimeoutMs + ", responseMaxBytes=" + responseMaxBytes + ", responseMaxElements="
                            + responseMaxElements);
        }
    }
}
