// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Inputs that are kept: shapes of bugs that others had, and what was found here. A folder for each target, a file for each input. */
public final class Corpus {
    /** An input with its file. */
    @SuppressWarnings("ArrayRecordComponent") // bytes are what it is about; nobody compares seeds
    public record Seed(Path file, byte[] bytes) {}

    private Corpus() {}

    /** All inputs of a target, by name. */
    public static List<Seed> of(Path corpus, Target target) throws IOException {
        Path folder = corpus.resolve(target.name());
        List<Seed> seeds = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.sorted().toList()) {
                    seeds.add(new Seed(file, Files.readAllBytes(file)));
                }
            }
        }
        return seeds;
    }
}
