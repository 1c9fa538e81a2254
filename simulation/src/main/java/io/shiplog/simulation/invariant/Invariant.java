// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

/** One thing that must hold. It may remember what it saw; a run has invariants of its own. */
public abstract class Invariant {
    private final String id;
    private final String title;

    Invariant(String id, String title) {
        this.id = id;
        this.title = title;
    }

    /** Its number: S5. */
    public String id() {
        return id;
    }

    /** What it asks for, in a few words. */
    public String title() {
        return title;
    }

    /** Judges something that has just happened. */
    void on(Fact fact, Scene scene, Verdicts out) {}

    /** Judges the whole run. */
    void atEnd(Ending ending, Scene scene, Verdicts out) {}

    @Override
    public String toString() {
        return id + " " + title;
    }
}
