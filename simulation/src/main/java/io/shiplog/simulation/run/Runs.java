// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.run;

import io.shiplog.simulation.engine.Trace;
import io.shiplog.simulation.fault.Profile;
import io.shiplog.simulation.fault.Schedule;
import io.shiplog.simulation.fault.Setup;
import io.shiplog.simulation.run.RunResult.Failure;
import io.shiplog.simulation.world.Invariant;
import io.shiplog.simulation.world.Simulation;
import io.shiplog.simulation.world.Violation;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Carries out single runs. */
public final class Runs {
    private final Supplier<List<Invariant>> invariants;

    /** @param invariants gives new ones for each run */
    public Runs(Supplier<List<Invariant>> invariants) {
        this.invariants = invariants;
    }

    /** The run of a seed. */
    public RunResult run(Profile profile, long seed) {
        Setup setup = profile.setup(seed);
        return run(setup, profile.schedule(setup), null, Long.MAX_VALUE);
    }

    /**
     * A run as it is written down.
     *
     * @param lines takes what happens, in words; null: nobody reads
     * @param maxSteps broken off after so many events
     */
    public RunResult run(Setup setup, Schedule schedule, Consumer<String> lines, long maxSteps) {
        Trace trace = new Trace(lines);
        Simulation simulation = new Simulation(setup, schedule, invariants.get(), trace, maxSteps);
        Failure failure = null;
        try {
            simulation.run();
        } catch (Violation e) {
            failure = new Failure(e.invariant(), e.partition(), simulation.steps(), e.getMessage(), e);
        } catch (RuntimeException | StackOverflowError | AssertionError e) {
            failure = new Failure("CRASH", "-", simulation.steps(), e.toString(), e);
        }
        return new RunResult(
                failure,
                simulation.steps(),
                trace.hash(),
                simulation.world().history().acknowledged(),
                simulation.effectiveFaults(),
                simulation.world().nowUs() / 1_000);
    }
}
