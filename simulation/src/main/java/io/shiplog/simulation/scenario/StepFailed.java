// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.scenario;

/** A step of a story did not come true, or cannot be read. */
public final class StepFailed extends Exception {
    private static final long serialVersionUID = 1L;

    StepFailed(Scenario scenario, Scenario.Step step, String why) {
        super(scenario.file().getFileName() + ":" + step.line() + ": " + step.text() + " -- " + why);
    }
}
