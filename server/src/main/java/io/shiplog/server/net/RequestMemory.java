// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import java.util.ArrayDeque;

/**
 * The bytes of requests that all connections of a loop hold, arriving or unanswered, and the connections that wait for some
 * to be let go. Used on the loop only.
 */
final class RequestMemory {
    private final long limitBytes;
    private final ArrayDeque<ClientConnection> waiting = new ArrayDeque<>();
    private long heldBytes; // metrics read it from other threads, a moment late
    private boolean waking;

    RequestMemory(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** Whether no request may be begun. Those that have begun to arrive go on, or they would hold their part for ever. */
    boolean isExhausted() {
        return heldBytes >= limitBytes;
    }

    /** Whether even those wait: for answers to be given, or for the deadline of frames to pass. */
    boolean isOverdrawn() {
        return heldBytes >= 2 * limitBytes;
    }

    /** Any thread. */
    long heldBytes() {
        return heldBytes;
    }

    /** Any thread. */
    long availableBytes() {
        return Math.max(0, limitBytes - heldBytes);
    }

    void hold(long bytes) {
        heldBytes += bytes;
    }

    void release(long bytes) {
        heldBytes -= bytes;
    }

    /** Has the connection told when there is room again. */
    void await(ClientConnection connection) {
        waiting.add(connection);
    }

    /** The connection is gone and need not be told. */
    void forget(ClientConnection connection) {
        waiting.remove(connection);
    }

    /** Tells those who wait, as long as there is room. What they do may call this again: that is left to the outer call. */
    void wake() {
        if (waking) {
            return;
        }
        waking = true;
        try {
            while (!waiting.isEmpty() && !isExhausted()) {
                waiting.poll().memoryAvailable();
            }
        } finally {
            waking = false;
        }
    }
}
