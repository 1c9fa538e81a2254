// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import org.apache.kafka.common.message.FetchRequestData;

/**
 * The way from a follower to one leader node: one connection that is opened by the first fetch and again by a fetch after it
 * broke. All methods are called on the loop, and all answers arrive on it, never from within {@link #fetch}.
 */
public interface LeaderEndpoint extends AutoCloseable {
    /** Node id of the leader. */
    int leaderId();

    /**
     * Sends a fetch of version {@link FetchCodec#MAX_VERSION}. Several may be on the way; they are answered in order. When the
     * connection cannot be made or breaks, all of them fail, each once, in order.
     *
     * @param request not changed and not kept after this call
     */
    void fetch(FetchRequestData request, FetchResponseHandler handler);

    /** Closes the connection so that the next fetch opens another. Fetches on the way fail. Nothing to do when it is not open. */
    void disconnect();

    /** Closes for good. Handlers of fetches on the way are not called any more. */
    @Override
    void close();
}
