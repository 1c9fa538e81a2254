// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.harness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a figure was measured on. */
public final class Machine {
    private static final String UNKNOWN = "unknown";

    private Machine() {}

    /** One line: commit, processor, cores, kernel, Java. The commit comes from the script, in the property {@code shiplog.commit}. */
    public static String describe() throws IOException {
        return "commit " + System.getProperty("shiplog.commit", UNKNOWN) + ", " + hardware();
    }

    /** The same without the commit. */
    public static String hardware() throws IOException {
        return Runtime.getRuntime().availableProcessors() + " cores of " + processor()
                + ", " + System.getProperty("os.name") + " " + System.getProperty("os.version")
                + ", Java " + System.getProperty("java.version");
    }

    private static String processor() throws IOException {
        Path file = Path.of("/proc/cpuinfo");
        if (Files.isReadable(file)) {
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                if (line.startsWith("model name")) {
                    return line.substring(line.indexOf(':') + 1).strip();
                }
            }
        }
        return UNKNOWN;
    }

    /** The load of the last minute, five and fifteen. */
    public static String loadAverage() throws IOException {
        Path file = Path.of("/proc/loadavg");
        return Files.isReadable(file)
                ? Files.readString(file, StandardCharsets.UTF_8).strip()
                : UNKNOWN;
    }
}
