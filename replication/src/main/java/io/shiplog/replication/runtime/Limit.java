// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

/** What bounds the bytes that bring one replica up to date, in one direction. Any thread; times are monotonic milliseconds of one clock. */
public interface Limit {
    /** Whether there is any bound at present. */
    boolean isLimited();

    /** Bytes that may pass now; 0 or less: none, {@link #waitMs} tells for how long. */
    long available(long nowMs);

    /** Bytes pass, or, when negative, did not though they had been taken. */
    void take(long bytes, long nowMs);

    /** Somebody has to wait: how long until it is worth a look again, at least 1 ms; 0 when bytes may pass now. */
    long waitMs(long nowMs);

    /** How much to ask for at a time, so that the bytes come in an even stream. */
    int portion(int atLeast, int atMost);

    /** Nothing passes. Whoever waits looks again now and then, since nobody knows for how long. */
    Limit HELD = new Limit() {
        private static final int LOOK_AGAIN_MS = 250;

        @Override
        public boolean isLimited() {
            return true;
        }

        @Override
        public long available(long nowMs) {
            return 0;
        }

        @Override
        public void take(long bytes, long nowMs) {
            // what is on its way may end
        }

        @Override
        public long waitMs(long nowMs) {
            return LOOK_AGAIN_MS;
        }

        @Override
        public int portion(int atLeast, int atMost) {
            return Math.min(atLeast, atMost);
        }
    };
}
