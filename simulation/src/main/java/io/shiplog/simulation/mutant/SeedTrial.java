// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.mutant;

import io.shiplog.simulation.fault.Profile;
import io.shiplog.simulation.fault.Setup;
import io.shiplog.simulation.run.RunResult;
import io.shiplog.simulation.run.Runs;
import io.shiplog.simulation.sight.Promises;
import java.util.List;
import java.util.function.LongFunction;

/**
 * Runs single seeds inside a {@link MutantClassLoader}: it is loaded anew with all that it uses, and speaks to the outside in types of the JDK
 * only. Gives the broken invariant and what was wrong, separated by a space, or null.
 */
public final class SeedTrial implements LongFunction<String> {
    /** A mutant may go round in circles. */
    private static final long MAX_STEPS = 3_000_000;

    private static final String CRASH = "CRASH";

    private final Runs runs = new Runs(() -> List.of(new Promises()));
    private final Profile profile;

    public SeedTrial(String profile) {
        this.profile = Profile.named(profile);
    }

    @Override
    public String apply(long seed) {
        Setup setup = profile.setup(seed);
        RunResult result = runs.run(setup, profile.schedule(setup), null, MAX_STEPS);
        if (result.failure() == null) {
            return null;
        }
        String id = result.failure().invariant();
        return (id.equals(CRASH) ? "N1" : id) + " " + result.failure().message();
    }
}
