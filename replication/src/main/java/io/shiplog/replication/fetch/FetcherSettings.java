// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

/**
 * How a follower fetches.
 *
 * @param nodeId this node
 * @param maxWaitMs how long a leader may park a fetch (Kafka: {@code replica.fetch.wait.max.ms})
 * @param minBytes what a leader waits for within that time (Kafka: {@code replica.fetch.min.bytes})
 * @param maxResponseBytes record bytes in one response (Kafka: {@code replica.fetch.response.max.bytes})
 * @param maxPartitionBytes record bytes of one partition in one response (Kafka: {@code replica.fetch.max.bytes})
 * @param requestTimeoutMs a connection without an answer for so long is given up (Kafka: {@code replica.socket.timeout.ms})
 * @param minBackoffMs pause after a connection's or a partition's first failure; it doubles with each further one
 * @param maxReconnectBackoffMs longest pause between attempts to connect
 * @param maxPartitionBackoffMs longest pause for a partition that fails
 * @param maxInFlight fetches on the way to one leader: 2, or 1 to see what the second is worth (docs/decisions/0084)
 */
public record FetcherSettings(
        int nodeId,
        int maxWaitMs,
        int minBytes,
        int maxResponseBytes,
        int maxPartitionBytes,
        int requestTimeoutMs,
        int minBackoffMs,
        int maxReconnectBackoffMs,
        int maxPartitionBackoffMs,
        int maxInFlight) {
    private static final int IN_FLIGHT = 2;

    /** With two fetches on the way. */
    public FetcherSettings(
            int nodeId,
            int maxWaitMs,
            int minBytes,
            int maxResponseBytes,
            int maxPartitionBytes,
            int requestTimeoutMs,
            int minBackoffMs,
            int maxReconnectBackoffMs,
            int maxPartitionBackoffMs) {
        this(
                nodeId,
                maxWaitMs,
                minBytes,
                maxResponseBytes,
                maxPartitionBytes,
                requestTimeoutMs,
                minBackoffMs,
                maxReconnectBackoffMs,
                maxPartitionBackoffMs,
                IN_FLIGHT);
    }

    /** The values that a node starts with. */
    public static FetcherSettings defaults(int nodeId) {
        return new FetcherSettings(nodeId, 500, 1, 10 * 1024 * 1024, 1024 * 1024, 30_000, 20, 200, 1_000);
    }

    public FetcherSettings {
        require(nodeId >= 0, "nodeId must not be negative");
        require(maxWaitMs >= 0 && minBytes >= 0, "maxWaitMs and minBytes must not be negative");
        require(maxResponseBytes > 0 && maxPartitionBytes > 0, "sizes must be at least 1");
        require(requestTimeoutMs > maxWaitMs, "requestTimeoutMs must be longer than maxWaitMs");
        require(minBackoffMs > 0, "minBackoffMs must be at least 1");
        require(maxReconnectBackoffMs >= minBackoffMs, "maxReconnectBackoffMs must be at least minBackoffMs");
        require(maxPartitionBackoffMs >= minBackoffMs, "maxPartitionBackoffMs must be at least minBackoffMs");
        require(maxInFlight == 1 || maxInFlight == IN_FLIGHT, "maxInFlight must be 1 or 2");
    }

    /** The same with so many fetches on the way. */
    public FetcherSettings withMaxInFlight(int fetches) {
        return new FetcherSettings(
                nodeId,
                maxWaitMs,
                minBytes,
                maxResponseBytes,
                maxPartitionBytes,
                requestTimeoutMs,
                minBackoffMs,
                maxReconnectBackoffMs,
                maxPartitionBackoffMs,
                fetches);
    }

    /** The pause after so many failures in a row, the last one included. */
    int backoffMs(int failures, int maxBackoffMs) {
        int doublings = Math.min(failures - 1, Integer.numberOfLeadingZeros(minBackoffMs) - 1);
        return Math.min(minBackoffMs << doublings, maxBackoffMs);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
