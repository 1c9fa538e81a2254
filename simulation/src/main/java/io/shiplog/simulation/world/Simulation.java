// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import io.shiplog.simulation.engine.Trace;
import io.shiplog.simulation.fault.Action;
import io.shiplog.simulation.fault.Coverage;
import io.shiplog.simulation.fault.Fault;
import io.shiplog.simulation.fault.Schedule;
import io.shiplog.simulation.fault.Setup;
import io.shiplog.simulation.fault.Step;
import io.shiplog.simulation.history.Outage;
import java.util.List;

/** One run: the cluster comes up, the schedule is carried out, everything is healed, and the promises are looked at. */
public final class Simulation {
    /** The cluster must be there within this time, when nothing goes wrong. */
    private static final long START_LIMIT_US = 20_000_000;

    private final World world;
    private final Faults faults;
    private final Actions actions;
    private final Schedule schedule;
    private final List<RunWatcher> watchers;
    private final long maxSteps;

    /** @param maxSteps the run is broken off after so many events */
    public Simulation(Setup setup, Schedule schedule, List<RunWatcher> watchers, Trace trace, long maxSteps) {
        this.world = new World(setup, watchers, trace);
        this.faults = new Faults(world);
        this.actions = new Actions(world);
        this.schedule = schedule;
        this.watchers = watchers;
        this.maxSteps = maxSteps;
    }

    public World world() {
        return world;
    }

    /** Which faults took effect, and in which situations. */
    public Coverage coverage() {
        return faults.coverage();
    }

    /** How long clients waited for writes, for each fault that was alone. */
    public List<Outage> outages() {
        return faults.outages().measured(world.setup(), schedule, world.history());
    }

    /** Events so far. */
    public long steps() {
        return world.scheduler().steps();
    }

    /**
     * Carries the run out.
     *
     * @return false when it was broken off
     * @throws BrokenPromise when a promise is broken
     */
    public boolean run() {
        world.start();
        if (!runUntilReady()) {
            return false;
        }
        long startUs = world.nowUs();
        for (Step step : schedule.steps()) {
            world.scheduler().at(startUs + step.atMs() * 1_000, "schedule", null, () -> carryOut(step));
        }
        if (!runUntil(startUs + schedule.endMs() * 1_000)) {
            return false;
        }
        faults.endAll();
        faults.startAll();
        if (!new Healing(world).run(this::mayGoOn)) {
            return false;
        }
        for (RunWatcher watcher : watchers) {
            watcher.atEnd(world);
        }
        return true;
    }

    private void carryOut(Step step) {
        if (step instanceof Fault fault) {
            faults.begin(fault);
        } else {
            actions.carryOut((Action) step);
        }
    }

    private boolean mayGoOn() {
        return steps() < maxSteps;
    }

    private boolean runUntilReady() {
        while (!world.topic().isReady()) {
            if (!mayGoOn()) {
                return false;
            }
            if (!world.step(START_LIMIT_US)) {
                throw new BrokenPromise("L1", null, "the cluster did not come up within 20 s");
            }
        }
        return true;
    }

    private boolean runUntil(long untilUs) {
        while (mayGoOn()) {
            if (!world.step(untilUs)) {
                return true;
            }
        }
        return false;
    }
}
