// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.run;

import io.shiplog.simulation.fault.Profile;
import io.shiplog.simulation.fault.Schedule;
import io.shiplog.simulation.fault.Setup;
import io.shiplog.simulation.fault.Step;
import io.shiplog.simulation.report.Regression;
import io.shiplog.simulation.report.Shrinker;
import io.shiplog.simulation.run.RunResult.Failure;
import java.util.List;
import java.util.Map;

/** Makes of a seed that fails the shortest run that breaks the same invariant: fewer steps, and a setup with less in it. */
final class Shrinking {
    private static final int MAX_TRIES = 3_000;

    /** What a setup can do without, each with the value that says so. */
    private static final List<Map.Entry<String, String>> PLAINER = List.of(
            Map.entry("lossRate", "0"),
            Map.entry("uncertainRate", "0"),
            Map.entry("twiceRate", "0"),
            Map.entry("lateRate", "0"),
            Map.entry("followerShare", "0"),
            Map.entry("balances", "false"),
            Map.entry("consumersPerPartition", "1"),
            Map.entry("partitions", "1"),
            Map.entry("metadataLagMs", "2"),
            Map.entry("ringEntries", "1000"),
            Map.entry("retentionBytes", "-1"));

    private final Runs runs;
    private int tries;

    Shrinking(Runs runs) {
        this.runs = runs;
    }

    /** Runs that it took. */
    int tries() {
        return tries;
    }

    /** The run that is kept; null when the seed does not fail. */
    Regression shrink(Profile profile, long seed, String commit) {
        Setup setup = profile.setup(seed);
        Schedule schedule = profile.schedule(setup);
        Failure failure = fail(setup, schedule, null);
        if (failure == null) {
            return null;
        }
        schedule = shorter(setup, schedule, failure.invariant());
        Setup plainer = plainer(setup, schedule, failure.invariant());
        if (!plainer.equals(setup)) {
            schedule = shorter(plainer, schedule, failure.invariant());
        }
        String about = fail(plainer, schedule, failure.invariant()).message();
        return new Regression(String.valueOf(about), failure.invariant(), commit, profile.label(), plainer, schedule);
    }

    private Schedule shorter(Setup setup, Schedule schedule, String invariant) {
        Shrinker<Step> shrinker =
                new Shrinker<>(steps -> fail(setup, new Schedule(steps), invariant) != null, MAX_TRIES);
        return new Schedule(shrinker.shrink(schedule.steps()));
    }

    private Setup plainer(Setup setup, Schedule schedule, String invariant) {
        Setup current = setup;
        for (Map.Entry<String, String> each : PLAINER) {
            Setup next = current.with(each.getKey(), each.getValue());
            if (!next.equals(current) && fail(next, schedule, invariant) != null) {
                current = next;
            }
        }
        return current;
    }

    /** How a run fails; null when it does not, or not as wanted. */
    private Failure fail(Setup setup, Schedule schedule, String invariant) {
        tries++;
        Failure failure = runs.run(setup, schedule, null, Long.MAX_VALUE).failure();
        return failure == null || invariant == null || failure.invariant().equals(invariant) ? failure : null;
    }
}
