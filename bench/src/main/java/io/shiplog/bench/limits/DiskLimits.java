// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.limits;

import io.shiplog.bench.harness.Figures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** How fast bytes get into the page cache, and how long the disk takes to say that it has them. */
final class DiskLimits {
    static final String APPEND_CPU = "pwrite of 64 KiB at the end of a file, CPU";
    static final String AT_THE_END = "at the end of a file";
    static final String SYNC = "4 KiB and fdatasync, ";

    private static final int WRITE_BYTES = 64 * 1024;
    private static final int WRITES = 4 * 1024;
    private static final int SYNC_BYTES = 4 * 1024;
    private static final int SYNCS = 400;
    private static final double P99 = 0.99;
    private static final double NS_PER_US = 1_000;
    private static final double US_PER_S = 1e6;
    private static final double GB = 1e9;

    private final Figures figures;
    private final Path directory;
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(WRITE_BYTES);

    DiskLimits(Figures figures, Path directory) {
        this.figures = figures;
        this.directory = directory;
    }

    void run() throws IOException {
        Path path = directory.resolve("file");
        try {
            try (FileChannel file = create(path)) {
                append(file);
            }
            Files.delete(path);
            try (FileChannel file = create(path)) {
                sync(file, AT_THE_END);
                sync(file, "over bytes that are there");
            }
        } finally {
            Files.deleteIfExists(path);
        }
    }

    private static FileChannel create(Path path) throws IOException {
        return FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    private void append(FileChannel file) throws IOException {
        long startNs = System.nanoTime();
        double cpuBefore = ThreadCpu.seconds();
        for (int i = 0; i < WRITES; i++) {
            write(file, WRITE_BYTES, (long) i * WRITE_BYTES);
        }
        double us = (System.nanoTime() - startNs) / NS_PER_US;
        figures.add("pwrite of 64 KiB at the end of a file", "us", "", us / WRITES);
        double gb = (double) WRITE_BYTES * WRITES / GB;
        figures.add("the same", "GB/s", "", gb / us * US_PER_S);
        figures.add(APPEND_CPU, "s/GB", "", (ThreadCpu.seconds() - cpuBefore) / gb);
    }

    private void sync(FileChannel file, String where) throws IOException {
        double[] us = new double[SYNCS];
        for (int i = 0; i < SYNCS; i++) {
            long startNs = System.nanoTime();
            write(file, SYNC_BYTES, (long) i * SYNC_BYTES);
            file.force(false);
            us[i] = (System.nanoTime() - startNs) / NS_PER_US;
        }
        Arrays.sort(us);
        figures.add(SYNC + where + ": median", "us", "", Figures.median(us));
        figures.add(SYNC + where + ": p99", "us", "", Figures.quantile(us, P99));
    }

    private void write(FileChannel file, int size, long position) throws IOException {
        bytes.clear().limit(size);
        long at = position;
        while (bytes.hasRemaining()) {
            at += file.write(bytes, at);
        }
    }
}
