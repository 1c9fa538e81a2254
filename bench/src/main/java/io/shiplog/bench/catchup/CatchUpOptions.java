// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.catchup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What to measure with.
 *
 * @param mib of records in all partitions together
 * @param partitions of one topic on all three nodes
 * @param segmentBytes of that topic
 * @param rounds how often a node loses its disk, with and without shipping each
 * @param directory where; removed afterwards
 */
record CatchUpOptions(int mib, int partitions, int segmentBytes, int rounds, Path directory) {
    static final String USAGE = """
            usage: bin/bench catch-up [--gib G] [--mib M] [--partitions N] [--segment-mib M] [--rounds N] [--dir PATH]
            """;

    private static final int MIB = 1 << 20;
    private static final int MAX_MIB = 1 << 20;
    private static final int MAX_SEGMENT_MIB = 2_047;

    /**
     * Reads the command line.
     *
     * @throws IllegalArgumentException when it cannot be understood; says what
     */
    static CatchUpOptions parse(String[] arguments) throws IOException {
        CatchUpOptions o = new CatchUpOptions(4 * 1024, 4, 128 * MIB, 2, null);
        for (int i = 0; i < arguments.length; i += 2) {
            if (i + 1 == arguments.length) {
                throw new IllegalArgumentException(arguments[i] + " needs a value, or is unknown");
            }
            o = o.with(arguments[i], arguments[i + 1]);
        }
        Path directory = o.directory == null ? Files.createTempDirectory("shiplog-catch-up") : o.directory;
        return new CatchUpOptions(o.mib, o.partitions, o.segmentBytes, o.rounds, directory);
    }

    private CatchUpOptions with(String name, String value) {
        return switch (name) {
            case "--gib" ->
                new CatchUpOptions(
                        1024 * number(name, value, MAX_MIB / 1024), partitions, segmentBytes, rounds, directory);
            case "--mib" ->
                new CatchUpOptions(number(name, value, MAX_MIB), partitions, segmentBytes, rounds, directory);
            case "--partitions" -> new CatchUpOptions(mib, number(name, value, 1_000), segmentBytes, rounds, directory);
            case "--segment-mib" ->
                new CatchUpOptions(mib, partitions, MIB * number(name, value, MAX_SEGMENT_MIB), rounds, directory);
            case "--rounds" -> new CatchUpOptions(mib, partitions, segmentBytes, number(name, value, 100), directory);
            case "--dir" -> new CatchUpOptions(mib, partitions, segmentBytes, rounds, emptyDirectory(value));
            default -> throw new IllegalArgumentException("unknown option " + name);
        };
    }

    private static int number(String name, String value, int max) {
        try {
            int number = Integer.parseInt(value);
            if (number >= 1 && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " takes a number, not " + value, e);
        }
        throw new IllegalArgumentException(name + " must be from 1 to " + max + ", not " + value);
    }

    /** It is removed in the end: nothing of anybody's may be in it. */
    private static Path emptyDirectory(String value) {
        Path path = Path.of(value);
        try {
            Files.createDirectories(path);
            try (var files = Files.list(path)) {
                if (files.findAny().isPresent()) {
                    throw new IllegalArgumentException("--dir " + value + " is not empty");
                }
            }
            return path;
        } catch (IOException e) {
            throw new IllegalArgumentException("--dir " + value + " cannot be used: " + e, e);
        }
    }
}
