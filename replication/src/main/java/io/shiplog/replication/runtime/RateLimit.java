// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

/**
 * So many bytes may pass in a second: a token bucket that holds a tenth of a second's worth. Whoever takes more than there is puts it
 * into debt, which is paid before anybody takes again, so the rate holds over any longer time whatever the size of a batch. Any
 * thread; times are monotonic milliseconds of one clock.
 */
public final class RateLimit implements Limit {
    /** Nothing is limited. Rates of terabytes in a second mean the same. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    private static final long LARGEST_RATE = 1L << 43;
    private static final int BURST_MS = 100;
    /** Tokens are thousandths of a byte, so that a millisecond of any rate is a whole number of them. */
    private static final long PER_BYTE = 1_000;

    private long rate = UNLIMITED;
    private long tokens;
    private long filledAtMs;
    private long passedBytes;
    private long waits;

    /** Changes the rate; a debt stays.
     *
     * @param bytesPerSecond at least 1
     */
    public synchronized void setRate(long bytesPerSecond, long nowMs) {
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException("a rate of " + bytesPerSecond + " bytes/s");
        }
        long newRate = bytesPerSecond > LARGEST_RATE ? UNLIMITED : bytesPerSecond;
        if (newRate == rate) {
            return;
        }
        fill(nowMs);
        boolean first = rate == UNLIMITED;
        rate = newRate;
        filledAtMs = nowMs;
        tokens = first ? capacity() : Math.min(tokens, capacity());
    }

    /** Bytes per second; {@link #UNLIMITED} for no limit. */
    public synchronized long rate() {
        return rate;
    }

    @Override
    public synchronized boolean isLimited() {
        return rate != UNLIMITED;
    }

    /** Bytes that may pass now; 0 or less: none, {@link #waitMs} tells for how long. */
    @Override
    public synchronized long available(long nowMs) {
        if (rate == UNLIMITED) {
            return Long.MAX_VALUE;
        }
        fill(nowMs);
        return Math.floorDiv(tokens, PER_BYTE);
    }

    /** Bytes pass, or, when negative, did not though they had been taken. */
    @Override
    public synchronized void take(long bytes, long nowMs) {
        passedBytes += bytes;
        if (rate != UNLIMITED) {
            fill(nowMs);
            tokens = Math.min(capacity(), tokens - bytes * PER_BYTE);
        }
    }

    /** Somebody has to wait: how long until bytes may pass, at least 1 ms; 0 when they may now. */
    @Override
    public synchronized long waitMs(long nowMs) {
        if (available(nowMs) > 0) {
            return 0;
        }
        waits++;
        return (PER_BYTE - tokens) / rate + 1;
    }

    /** How much to ask for at a time, so that the bytes come in an even stream: between the bounds, and a hundredth of a second's worth. */
    @Override
    public synchronized int portion(int atLeast, int atMost) {
        return rate == UNLIMITED ? atMost : (int) Math.max(Math.min(atLeast, atMost), Math.min(rate / 100, atMost));
    }

    /** Bytes that were counted since the start. */
    public synchronized long passedBytes() {
        return passedBytes;
    }

    /** How often somebody had to wait since the start. */
    public synchronized long waits() {
        return waits;
    }

    private long capacity() {
        return Math.max(PER_BYTE, rate * BURST_MS);
    }

    private void fill(long nowMs) {
        long elapsedMs = nowMs - filledAtMs;
        if (rate == UNLIMITED || elapsedMs <= 0) {
            return;
        }
        filledAtMs = nowMs;
        long toFullMs = (capacity() - tokens) / rate + 1;
        tokens = elapsedMs >= toFullMs ? capacity() : tokens + elapsedMs * rate;
    }
}
