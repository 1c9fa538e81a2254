// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import io.shiplog.metadata.proto.EndpointRequest;

/** Serves an {@link EndpointServer}; called on its one thread, must not block. */
public interface EndpointHandler {
    /** A request; every one is to be answered by {@link EndpointCaller#answer} once, from any thread, in any order. */
    void onRequest(EndpointCaller caller, EndpointRequest request);

    /** The connection ended, by whichever side. */
    void onClosed(EndpointCaller caller);
}
