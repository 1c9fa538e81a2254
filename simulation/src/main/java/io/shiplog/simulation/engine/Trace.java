// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.engine;

import java.util.function.Consumer;
import java.util.function.Supplier;

/** What happened in a run, as one number that is the same for the same run, and as lines for whoever wants to read them. */
public final class Trace {
    private final Consumer<String> lines;
    private long hash;
    private long nowUs;

    /** @param lines takes what happens; null: nobody reads */
    public Trace(Consumer<String> lines) {
        this.lines = lines;
    }

    /** Hash over everything so far. */
    public long hash() {
        return hash;
    }

    void event(long atUs, String what, int process) {
        nowUs = atUs;
        add(atUs);
        add(what.hashCode() * 31L + process);
        if (lines != null) {
            lines.accept(String.format("%12.3f ms  %s %d", atUs / 1_000.0, what, process));
        }
    }

    /** A number that must be the same in the same run. */
    public void add(long value) {
        hash = Dice.mix(hash * 31 + value);
    }

    /** A line for readers; not part of the hash. */
    public void line(Supplier<String> text) {
        if (lines != null) {
            lines.accept(String.format("%12.3f ms      %s", nowUs / 1_000.0, text.get()));
        }
    }

    public boolean isRead() {
        return lines != null;
    }
}
