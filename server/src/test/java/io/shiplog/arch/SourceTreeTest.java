// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.arch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the compiler and Spotless do not check about the source files of all modules. */
class SourceTreeTest {
    private static final Path TOP = top();

    @Test
    void everyPackageSaysWhatItIsFor() throws IOException {
        List<Path> silent = mainSources()
                .map(Path::getParent)
                .distinct()
                .filter(directory -> !Files.exists(directory.resolve("package-info.java")))
                .map(TOP::relativize)
                .toList();
        assertThat(silent).isEmpty();
    }

    @Test
    void noSourceFileIsOverlong() throws IOException {
        List<Path> overlong = mainSources()
                .filter(file -> lines(file) > 600)
                .map(TOP::relativize)
                .toList();
        assertThat(overlong).as("split by idea").isEmpty();
    }

    private static Stream<Path> mainSources() throws IOException {
        List<Path> modules;
        try (Stream<Path> children = Files.list(TOP)) {
            modules = children.map(child -> child.resolve("src/main/java"))
                    .filter(Files::isDirectory)
                    .toList();
        }
        assertThat(modules).hasSizeGreaterThanOrEqualTo(6);
        return modules.stream().flatMap(SourceTreeTest::javaFiles);
    }

    private static Stream<Path> javaFiles(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static long lines(Path file) {
        try {
            return Files.readAllLines(file).size();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Path top() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(directory.resolve(".mvn"))) {
            directory = directory.getParent();
        }
        return directory;
    }
}
