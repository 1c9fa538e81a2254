// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.mutant;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the project's sources are: mutants are made from them. */
public final class SourceTree {
    private static final String MARK = "simulation/mutants";

    private SourceTree() {}

    /**
     * The root of the source tree that a directory lies in.
     *
     * @throws IllegalStateException when it lies in none
     */
    public static Path rootAbove(Path directory) {
        for (Path each = directory.toAbsolutePath(); each != null; each = each.getParent()) {
            if (Files.isDirectory(each.resolve(MARK))) {
                return each;
            }
        }
        throw new IllegalStateException(directory + " is not in a source tree of Shiplog (no " + MARK + " above it)");
    }

    static Path mutants(Path root) {
        return root.resolve(MARK);
    }
}
