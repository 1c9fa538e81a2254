// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.damage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Kinds of files in a data directory. */
enum Target {
    /** A segment of the partition's topic. */
    SEGMENT,
    /** A file of RocksDB. */
    INDEX,
    /** One of the two slots of the marks. */
    MARKS,
    /** What says whose directory it is. */
    STAMP;

    private static final int LOOKS = 1_000;

    /** Whether there is a file of this kind that has bytes. */
    boolean isIn(Path data, String topicId) throws IOException {
        return !candidates(data, topicId).isEmpty();
    }

    /** A file of this kind that has bytes, at random; there is one. */
    Path choose(Path data, String topicId, Random random) throws IOException {
        List<Path> files = List.of();
        for (int look = 0; look < LOOKS && files.isEmpty(); look++) {
            files = candidates(data, topicId);
        }
        return files.get(random.nextInt(files.size()));
    }

    /** A running node replaces files of its index: when one goes while this looks there are none, for now. */
    private List<Path> candidates(Path data, String topicId) throws IOException {
        try (Stream<Path> all = Files.find(data, 2, (path, attributes) -> attributes.isRegularFile())) {
            return all.filter(path -> isMine(data.relativize(path), topicId))
                    .filter(path -> path.toFile().length() > 0)
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            return List.of();
        }
    }

    private boolean isMine(Path file, String topicId) {
        String name = file.getFileName().toString();
        String parent = file.getNameCount() < 2 ? "" : file.getName(0).toString();
        return switch (this) {
            case SEGMENT -> parent.startsWith(topicId + "-") && !parent.endsWith(".damaged") && name.endsWith(".log");
            case INDEX -> parent.equals("index") && !name.equals("LOCK") && !name.startsWith("LOG");
            case MARKS -> parent.isEmpty() && name.startsWith("marks-");
            case STAMP -> parent.isEmpty() && name.equals("stamp");
        };
    }
}
