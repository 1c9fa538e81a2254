// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

/**
 * How whole segments are received from other nodes.
 *
 * @param nodeId this node; its client id at the others says so
 * @param streams segments that are received at a time
 * @param streamsPerSource of these from one node at most
 * @param chunkBytes bytes asked for in one request; two requests are on their way at a time
 * @param connectTimeoutMs an address that does not answer for so long is given up
 * @param requestTimeoutMs a connection on which nothing comes for so long is given up
 */
public record SegmentStreamSettings(
        int nodeId, int streams, int streamsPerSource, int chunkBytes, int connectTimeoutMs, int requestTimeoutMs) {
    private static final int CHUNK_BYTES = 4 << 20;

    public SegmentStreamSettings {
        if (streams < 1 || streamsPerSource < 1 || chunkBytes < 1 || connectTimeoutMs < 1 || requestTimeoutMs < 1) {
            throw new IllegalArgumentException("not usable: streams=" + streams + ", streamsPerSource="
                    + streamsPerSource + ", chunkBytes=" + chunkBytes + ", connectTimeoutMs=" + connectTimeoutMs
                    + ", requestTimeoutMs=" + requestTimeoutMs);
        }
    }

    /** The same bounds of time as other connections between nodes have. */
    public static SegmentStreamSettings of(int streams, int streamsPerSource, LeaderEndpointSettings others) {
        return new SegmentStreamSettings(
                others.nodeId(),
                streams,
                streamsPerSource,
                CHUNK_BYTES,
                others.connectTimeoutMs(),
                others.requestTimeoutMs());
    }
}
