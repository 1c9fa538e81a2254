// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.compact;

/**
 * How dirty a log is.
 *
 * @param cleanBytes bytes that the last cleaning left
 * @param dirtyBytes bytes that came since and may be cleaned
 * @param isDue whether the log asks to be cleaned: dirty enough, or for too long
 */
public record Dirtiness(long cleanBytes, long dirtyBytes, boolean isDue) {
    public static final Dirtiness NONE = new Dirtiness(0, 0, false);

    /** From 0 to 1. */
    public double ratio() {
        long all = cleanBytes + dirtyBytes;
        return all == 0 ? 0 : (double) dirtyBytes / all;
    }
}
