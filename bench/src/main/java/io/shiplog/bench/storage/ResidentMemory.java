// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What of this process is in memory now, by kind, from {@code /proc/self/smaps}. RocksDB lives in what glibc's malloc has, together with the
 * JVM's compilers, and in the code of its library: both together are an upper bound of its share.
 *
 * @param mallocKib the arenas of malloc
 * @param rocksLibraryKib the library of RocksDB
 */
record ResidentMemory(long mallocKib, long rocksLibraryKib) {
    private static final Path SMAPS = Path.of("/proc/self/smaps");
    private static final Pattern MAPPING = Pattern.compile("([0-9a-f]+)-([0-9a-f]+) (\\S+) \\S+ \\S+ \\S+ *(.*)");
    private static final int HEX = 16;
    /** An arena of glibc begins at a multiple of this, and reserves as much. */
    private static final long ARENA_BYTES = 64L << 20;
    /** Where the system puts mappings that ask for no place; the heap of Java asks for one further down. */
    private static final long MMAP_REGION = 0x7000_0000_0000L;

    private static final String HEAP_OF_MALLOC = "[heap]";
    private static final String LIBRARY = "librocksdbjni";

    /** Zeros where there is no such file. */
    static ResidentMemory now() throws IOException {
        if (!Files.isReadable(SMAPS)) {
            return new ResidentMemory(0, 0);
        }
        long malloc = 0;
        long library = 0;
        boolean ofMalloc = false;
        boolean ofLibrary = false;
        for (String line : Files.readAllLines(SMAPS, StandardCharsets.UTF_8)) {
            Matcher mapping = MAPPING.matcher(line);
            if (mapping.matches()) {
                ofMalloc = isOfMalloc(mapping);
                ofLibrary = mapping.group(4).contains(LIBRARY);
            } else if (line.startsWith("Rss:")) {
                long kib = Long.parseLong(line.replaceAll("[^0-9]", ""));
                malloc += ofMalloc ? kib : 0;
                library += ofLibrary ? kib : 0;
            }
        }
        return new ResidentMemory(malloc, library);
    }

    private static boolean isOfMalloc(Matcher mapping) {
        if (!mapping.group(4).isEmpty()) {
            return mapping.group(4).equals(HEAP_OF_MALLOC);
        }
        long start = Long.parseUnsignedLong(mapping.group(1), HEX);
        long end = Long.parseUnsignedLong(mapping.group(2), HEX);
        return mapping.group(3).startsWith("rw")
                && start >= MMAP_REGION
                && start % ARENA_BYTES == 0
                && end - start <= ARENA_BYTES;
    }
}
