// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.harness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the kernel keeps of files. */
public final class PageCache {
    private static final Path DROP = Path.of("/proc/sys/vm/drop_caches");

    private PageCache() {}

    /** Writes back what is dirty and forgets all that is clean; whether we may (root may). */
    public static boolean drop() throws IOException, InterruptedException {
        if (!Files.isWritable(DROP)) {
            return false;
        }
        Shell.run(List.of("sync"));
        Files.writeString(DROP, "3", StandardCharsets.US_ASCII);
        return true;
    }
}
