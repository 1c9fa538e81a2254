// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.limits;

import io.shiplog.bench.harness.Figures;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** How fast bytes are copied and summed up. */
final class MemoryLimits {
    private static final int HOT_BYTES = 64 * 1024;
    private static final int COLD_BYTES = 64 << 20;
    private static final int HOT_TIMES = 16 * 1024;
    private static final double GB = 1e9;

    private final Figures figures;
    private final ByteBuffer source = ByteBuffer.allocateDirect(COLD_BYTES);
    private final ByteBuffer target = ByteBuffer.allocateDirect(COLD_BYTES);
    private final CRC32C crc = new CRC32C();

    MemoryLimits(Figures figures) {
        this.figures = figures;
    }

    void run() {
        figures.add("memcpy of 64 KiB, hot", "GB/s", "", copy(HOT_BYTES, HOT_TIMES));
        figures.add("memcpy of 64 MiB", "GB/s", "", copy(COLD_BYTES, 4));
        figures.add("CRC-32C of 64 KiB", "GB/s", "", sum());
    }

    private double copy(int bytes, int times) {
        long startNs = System.nanoTime();
        for (int i = 0; i < times; i++) {
            source.clear().limit(bytes);
            target.clear().put(source);
        }
        return (double) bytes * times / GB / seconds(startNs);
    }

    private double sum() {
        long startNs = System.nanoTime();
        crc.reset();
        for (int i = 0; i < HOT_TIMES; i++) {
            source.clear().limit(HOT_BYTES);
            crc.update(source);
        }
        if (crc.getValue() < 0) {
            throw new IllegalStateException("a CRC is not negative");
        }
        return (double) HOT_BYTES * HOT_TIMES / GB / seconds(startNs);
    }

    static double seconds(long startNs) {
        return (System.nanoTime() - startNs) / 1e9;
    }
}
