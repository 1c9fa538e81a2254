// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.run;

import io.shiplog.simulation.engine.Trace;
import io.shiplog.simulation.fault.Profile;
import io.shiplog.simulation.fault.Schedule;
import io.shiplog.simulation.fault.Setup;
import io.shiplog.simulation.run.RunResult.Failure;
import io.shiplog.simulation.world.BrokenPromise;
import io.shiplog.simulation.world.RunWatcher;
import io.shiplog.simulation.world.Simulation;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Carries out single runs. */
public final class Runs {
    private final Supplier<List<RunWatcher>> watchers;

    /** @param watchers gives new ones for each run */
    public Runs(Supplier<List<RunWatcher>> watchers) {
        this.watchers = watchers;
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
        Simulation simulation = new Simulation(setup, schedule, watchers.get(), trace, maxSteps);
        Failure failure = null;
        try {
            simulation.run();
        } catch (BrokenPromise e) {
            failure = new Failure(e.invariant(), e.partition(), simulation.steps(), e.getMessage(), e);
        } catch (RuntimeException | StackOverflowError | AssertionError e) {
            failure = new Failure("CRASH", "-", simulation.steps(), e.toString(), e);
        }
        return new RunResult(
                failure,
                simulation.steps(),
                trace.hash(),
                simulation.world().history().acknowledged(),
                simulation.coverage(),
                failure == null ? simulation.outages() : List.of(),
                simulation.world().nowUs() / 1_000);
    }
}
