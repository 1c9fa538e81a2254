// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.protocol;

/** What a listener hands its requests to. */
public interface RequestProcessor {
    /**
     * Takes a request: answers it now or later, or closes its connection. Called on the connection's event loop, in the order
     * in which a connection's requests came.
     */
    void process(Exchange exchange);
}
