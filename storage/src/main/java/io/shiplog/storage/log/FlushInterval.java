// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

/**
 * When a log is flushed that nobody waits for: so long after the first record that is not on the disk, or when so many are not.
 *
 * @param ms {@code flush.ms}; {@code Long.MAX_VALUE}: never for this reason
 * @param messages {@code flush.messages}; {@code Long.MAX_VALUE}: never for this reason
 */
public record FlushInterval(long ms, long messages) {
    /** The operating system decides. */
    public static final FlushInterval NEVER = new FlushInterval(Long.MAX_VALUE, Long.MAX_VALUE);

    /** What {@code flush.policy=interval} means when neither is set. */
    static final long DEFAULT_MS = 1_000;

    /** The interval of a topic with these settings: under {@code commit} a flush is asked for with every append anyway. */
    static FlushInterval of(FlushPolicy policy, long ms, long messages) {
        if (policy == FlushPolicy.COMMIT) return NEVER;
        boolean unset = ms == Long.MAX_VALUE && messages == Long.MAX_VALUE;
        return policy == FlushPolicy.INTERVAL && unset
                ? new FlushInterval(DEFAULT_MS, messages)
                : new FlushInterval(ms, messages);
    }
}
