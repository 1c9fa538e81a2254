// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.scenario;

/** Carries out a story on a stage. */
public final class ScenarioRunner {
    /** So much virtual time may pass until something comes true: longer than any lease or lag time. */
    private static final long PATIENCE_MS = 60_000;

    private ScenarioRunner() {}

    /**
     * Carries out all steps.
     *
     * @throws StepFailed at the first that does not come true or that nobody understands
     */
    public static void run(Scenario scenario, Stage stage) throws StepFailed {
        Phrases phrases = new Phrases(stage, PATIENCE_MS);
        for (Scenario.Step step : scenario.steps()) {
            String problem = phrases.carryOut(step.text());
            if (problem != null) {
                throw new StepFailed(scenario, step, problem);
            }
        }
    }
}
