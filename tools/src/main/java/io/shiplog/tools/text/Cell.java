// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.text;

/**
 * A value that people and programs read in different ways.
 *
 * @param value for programs
 * @param text for people
 */
public record Cell(Object value, String text) {
    /** So many bytes. */
    public static Cell bytes(long bytes) {
        return new Cell(bytes, Units.bytes(bytes));
    }

    /** So many milliseconds. */
    public static Cell duration(long ms) {
        return new Cell(ms, Units.duration(ms));
    }
}
