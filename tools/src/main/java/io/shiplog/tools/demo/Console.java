// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.demo;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The demo's lines, each with the seconds since the start. */
final class Console {
    private final PrintStream out;
    private final long startNs = System.nanoTime();

    Console(PrintStream out) {
        this.out = out;
    }

    synchronized void say(String line) {
        out.printf(Locale.ROOT, "%6.1f s  %s%n", seconds(), line);
        out.flush();
    }

    /** A line of the closing table. */
    synchronized void row(String name, String value) {
        out.printf(Locale.ROOT, "  %-20s %s%n", name, value);
        out.flush();
    }

    synchronized void line(String line) {
        out.println(line);
        out.flush();
    }

    private double seconds() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs) / 1000.0;
    }
}
