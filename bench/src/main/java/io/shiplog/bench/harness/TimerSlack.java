// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.harness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Linux lets a sleeping thread oversleep by 50 us, to save power. For a thread that measures latencies of 300 us that is a lot. */
public final class TimerSlack {
    private static final String LEAST_NS = "1";

    private TimerSlack() {}

    /** Asks for the least; where the system does not let us, the thread oversleeps as before, and a line says so. */
    public static void ofThisThread() {
        try {
            Path thread = Files.readSymbolicLink(Path.of("/proc/thread-self"));
            Files.writeString(
                    Path.of("/proc", thread.getFileName().toString(), "timerslack_ns"),
                    LEAST_NS,
                    StandardCharsets.UTF_8);
        } catch (IOException | UnsupportedOperationException | SecurityException notHere) {
            System.err.println("measured with more jitter, up to 50 us: the timer slack stays as it is: " + notHere);
        }
    }
}
