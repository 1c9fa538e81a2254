// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.mutant;

/**
 * One place of one source that reads otherwise in a mutant.
 *
 * @param file path below the root of the project
 * @param find text that stands there, in this file exactly once
 * @param put what stands in its place
 */
record SourceChange(String file, String find, String put) {
    /**
     * The source with the change.
     *
     * @throws IllegalArgumentException when the text is not there, or more than once
     */
    String applyTo(String source) {
        int at = source.indexOf(find);
        if (at < 0) {
            throw new IllegalArgumentException(file + " does not hold: " + find.strip());
        }
        if (source.indexOf(find, at + 1) >= 0) {
            throw new IllegalArgumentException(file + " holds more than once: " + find.strip());
        }
        return source.substring(0, at) + put + source.substring(at + find.length());
    }
}
