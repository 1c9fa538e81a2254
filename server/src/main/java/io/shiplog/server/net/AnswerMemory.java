// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

/**
 * The bytes of answers that all connections of a loop hold in memory since their clients have not taken them. Records that go out by sendfile
 * are not among them. Used on the loop; the amount may be read from any thread.
 */
final class AnswerMemory {
    private final long limitBytes;
    private long heldBytes; // metrics read it from other threads, a moment late

    AnswerMemory(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** @param bytes negative when they are gone */
    void hold(long bytes) {
        heldBytes += bytes;
    }

    /** Whether so many bytes may be copied that could go out by sendfile: the other half of the memory is for what has no choice. */
    boolean hasRoomToCopy(long bytes) {
        return heldBytes + bytes <= limitBytes / 2;
    }

    /** How many bytes have to go so that there is room again, a quarter of the limit; 0 as long as the limit is kept. */
    long excessBytes() {
        long held = heldBytes;
        return held > limitBytes ? held - limitBytes / 4 * 3 : 0;
    }

    long heldBytes() {
        return heldBytes;
    }

    long limitBytes() {
        return limitBytes;
    }
}
