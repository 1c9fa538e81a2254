// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

/**
 * How much room a data directory keeps free.
 *
 * @param reserveBytes below this nothing is appended ({@code disk.reserve.bytes}); {@link #AUTOMATIC}: 1 GiB, or a twentieth of the
 *     file system when that is less
 * @param ballastBytes most bytes of the file that is given up when there is no room left at all; 0: there is none
 * @param checkIntervalMs how often the file system is asked; > 0
 */
public record SpaceSettings(long reserveBytes, long ballastBytes, long checkIntervalMs) {
    public static final long AUTOMATIC = -1;

    /** No reserve and no ballast: appends go on until the disk refuses them. */
    public static final SpaceSettings NONE = new SpaceSettings(0, 0, 1_000);

    private static final long LARGEST_AUTOMATIC = 1L << 30;
    private static final int AUTOMATIC_PART = 20;
    private static final int BALLAST_PART = 4;
    private static final long SMALLEST_BALLAST = 64 * 1024;
    private static final int RESUME_PART = 5;

    public SpaceSettings {
        if (reserveBytes < AUTOMATIC || ballastBytes < 0 || checkIntervalMs <= 0) {
            throw new IllegalArgumentException("reserve " + reserveBytes + ", ballast " + ballastBytes
                    + ", check every " + checkIntervalMs + " ms");
        }
    }

    /** The settings of a node whose configuration names this reserve. */
    public static SpaceSettings withReserve(long reserveBytes) {
        return new SpaceSettings(reserveBytes, 8L << 20, 1_000);
    }

    /** The reserve of a file system of that size. */
    long reserveOf(long totalBytes) {
        return reserveBytes == AUTOMATIC ? Math.min(LARGEST_AUTOMATIC, totalBytes / AUTOMATIC_PART) : reserveBytes;
    }

    /** So much must be free again before a directory that was full takes appends. */
    static long resumeAbove(long reserve) {
        return reserve + reserve / RESUME_PART;
    }

    /** The ballast that fits to a reserve; 0 when it is not worth a file. */
    long ballastOf(long reserve) {
        long bytes = Math.min(ballastBytes, reserve / BALLAST_PART);
        return bytes < SMALLEST_BALLAST ? 0 : bytes;
    }
}
