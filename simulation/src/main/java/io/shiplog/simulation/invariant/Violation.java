// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

/**
 * Something that must not be.
 *
 * @param invariant its number, such as S5
 * @param partition where, or an empty text
 */
public record Violation(String invariant, String partition, String what) {
    @Override
    public String toString() {
        return invariant + (partition.isEmpty() ? "" : " " + partition) + ": " + what;
    }
}
