// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.protocol;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchSnapshotResponseData;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * One request and the one way to answer it. Exactly one of the {@code respond} methods or {@link #close} ends it; the
 * connection writes answers in the order of the requests, whatever the order in which they are given.
 *
 * <p>{@code respond}, {@code close}, {@code throttle} and {@code execute} may be called from any thread, everything else only on the connection's event loop.
 * An answer to a connection that is gone is dropped, and what it holds is released.
 */
public interface Exchange {
    /** Who fetches without being a node of the cluster. */
    int CONSUMER = -1;

    RequestHeader header();

    /** The number by which the client knows the answer. */
    int correlationId();

    /** Names the connection within this process; never used twice. */
    long connectionId();

    InetAddress clientAddress();

    /** The request's body, at its first byte. Valid until the handler returns. */
    ByteBuffer body();

    /**
     * Runs the action when another request has arrived behind this one and this one is not answered: at once when that is
     * so already. A parked fetch should then answer with what it has, or it holds up the other.
     */
    void onQueuedBehind(Runnable action);

    /** Runs the action when the connection ends before this exchange was answered; it then need not be answered. */
    void onClosed(Runnable action);

    /** Runs the task on the connection's event loop. Any thread. */
    void execute(Runnable task);

    /** The most record bytes that an answer to a consumer should hold, beside the bounds that hold for everybody. */
    int fetchMaxBytes();

    /** Reads no further request from the connection for so long; those that were read are served. Any thread. */
    void throttle(int ms);

    /** Answers with a message of this API in the request's version. */
    void respond(ApiMessage response);

    /**
     * Answers a fetch. The response's {@code SliceRecords} belong to the connection from now on, which releases them when they
     * are written or dropped.
     *
     * @param followerId the node that fetches, {@link #CONSUMER} when it is none; its transfer is counted under it
     */
    void respondFetch(FetchResponseData response, int followerId);

    /**
     * Answers a node that asked for bytes of a segment. The response's {@code SliceRecords} belong to the connection from now on.
     *
     * @param followerId the node that asked; its transfer is counted under it
     */
    void respondSegment(FetchSnapshotResponseData response, int followerId);

    /** Ends the exchange with no answer, as a produce request with acks=0 wants it. */
    void respondNothing();

    /**
     * Closes the connection after the answers to the requests before this one.
     *
     * @param reason for the log line
     */
    void close(String reason);
}
