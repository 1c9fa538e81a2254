// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.protocol;

/** Bytes that are no request of the protocol. The connection that sent them is closed with one log line; nothing changed. */
public final class MalformedRequest extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what is wrong, for the log line
     */
    public MalformedRequest(String message) {
        // no stack trace: it tells nothing about a client's bytes, and a hostile client could have us make many
        super(message, null, false, false);
    }
}
