// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.powercut;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Whole directories, copied beside themselves. */
final class Copies {
    private Copies() {}

    static Path of(Path directory) throws IOException {
        Path copy = directory.resolveSibling(directory.getFileName() + ".copy");
        delete(copy);
        copy(directory, copy);
        return copy;
    }

    /** Makes the directory what it was when it was copied. */
    static void restore(Path copy, Path directory) throws IOException {
        delete(directory);
        copy(copy, directory);
    }

    private static void copy(Path from, Path to) throws IOException {
        for (Path source : tree(from)) {
            Files.copy(source, to.resolve(from.relativize(source).toString()), LinkOption.NOFOLLOW_LINKS);
        }
    }

    static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            for (Path file :
                    tree(directory).stream().sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static List<Path> tree(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.toList();
        }
    }
}
