// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

/**
 * Limits and thresholds of the Kafka listener.
 *
 * @param requestMaxBytes          largest request frame, without its length field ({@code socket.request.max.bytes}); 1 KiB to 1 GiB
 * @param maxConnections           connections at a time on this node ({@code max.connections}); at least 1
 * @param maxConnectionsPerAddress connections at a time from one client address ({@code max.connections.per.ip}); at least 1
 * @param idleMs                   a connection with nothing asked and nothing to answer is closed after this
 *                                 ({@code connections.max.idle.ms}); at least 10
 * @param frameMaxMs               a frame that has begun must be complete after this, or its connection is closed
 *                                 ({@code connections.max.frame.ms}); at least 10
 * @param pipelineRequests         requests of one connection read ahead of its answers
 *                                 ({@code connection.pipeline.max.requests}); 1 to 1024
 * @param pipelineBytes            bytes of such requests ({@code connection.pipeline.max.bytes}); one request is always read
 * @param queuedBytes              bytes of requests held by all connections together ({@code queued.max.request.bytes}); beyond
 *                                 it no connection is read until some are answered
 * @param answerBytes              bytes of answers in memory that clients have not taken, of all connections together ({@code
 *                                 queued.max.response.bytes}); beyond it connections that hold the most are closed; at least 64 KiB
 * @param zeroCopyMinBytes         slices of a segment at least this long go out by sendfile, shorter ones are copied beside
 *                                 the headers ({@code zero.copy.min.bytes}); 0 or more
 * @param backlog                  connections that wait to be accepted ({@code socket.listen.backlog.size}); at least 1
 */
public record NetSettings(
        int requestMaxBytes,
        int maxConnections,
        int maxConnectionsPerAddress,
        long idleMs,
        long frameMaxMs,
        int pipelineRequests,
        int pipelineBytes,
        long queuedBytes,
        long answerBytes,
        int zeroCopyMinBytes,
        int backlog) {
    private static final int KIB = 1024;
    private static final int MIB = KIB * KIB;

    public static final int DEFAULT_REQUEST_MAX_BYTES = 10 * MIB;
    public static final int DEFAULT_MAX_CONNECTIONS = 10_000;
    public static final int DEFAULT_MAX_CONNECTIONS_PER_ADDRESS = 1_000;
    public static final long DEFAULT_IDLE_MS = 600_000;
    public static final long DEFAULT_FRAME_MAX_MS = 30_000;
    public static final int DEFAULT_PIPELINE_REQUESTS = 16;
    public static final int DEFAULT_PIPELINE_BYTES = 16 * MIB;
    public static final long DEFAULT_QUEUED_BYTES = 128L * MIB;
    public static final long DEFAULT_ANSWER_BYTES = 128L * MIB;
    /** One page-cache copy of this size costs about what the extra sendfile call and TCP segment do (performance.md 3.2). */
    public static final int DEFAULT_ZERO_COPY_MIN_BYTES = 16 * KIB;

    public static final int DEFAULT_BACKLOG = 512;

    public NetSettings {
        require(requestMaxBytes >= KIB && requestMaxBytes <= 1024 * MIB, "requestMaxBytes", requestMaxBytes);
        require(maxConnections >= 1, "maxConnections", maxConnections);
        require(maxConnectionsPerAddress >= 1, "maxConnectionsPerAddress", maxConnectionsPerAddress);
        require(idleMs >= 10, "idleMs", idleMs);
        require(frameMaxMs >= 10, "frameMaxMs", frameMaxMs);
        require(pipelineRequests >= 1 && pipelineRequests <= 1024, "pipelineRequests", pipelineRequests);
        require(pipelineBytes >= 1, "pipelineBytes", pipelineBytes);
        require(queuedBytes >= requestMaxBytes, "queuedBytes", queuedBytes);
        require(answerBytes >= 64 * KIB, "answerBytes", answerBytes);
        require(zeroCopyMinBytes >= 0, "zeroCopyMinBytes", zeroCopyMinBytes);
        require(backlog >= 1, "backlog", backlog);
    }

    public NetSettings withMaxConnections(int count) {
        return new NetSettings(
                requestMaxBytes,
                count,
                maxConnectionsPerAddress,
                idleMs,
                frameMaxMs,
                pipelineRequests,
                pipelineBytes,
                queuedBytes,
                answerBytes,
                zeroCopyMinBytes,
                backlog);
    }

    /** The settings of a node that is configured with none of them. */
    public static NetSettings defaults() {
        return new NetSettings(
                DEFAULT_REQUEST_MAX_BYTES,
                DEFAULT_MAX_CONNECTIONS,
                DEFAULT_MAX_CONNECTIONS_PER_ADDRESS,
                DEFAULT_IDLE_MS,
                DEFAULT_FRAME_MAX_MS,
                DEFAULT_PIPELINE_REQUESTS,
                DEFAULT_PIPELINE_BYTES,
                DEFAULT_QUEUED_BYTES,
                DEFAULT_ANSWER_BYTES,
                DEFAULT_ZERO_COPY_MIN_BYTES,
                DEFAULT_BACKLOG);
    }

    private static void require(boolean holds, String name, long value) {
        if (!holds) {
            throw new IllegalArgumentException(name + " out of range: " + value);
        }
    }
}
