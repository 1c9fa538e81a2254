// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.run;

import io.shiplog.simulation.fault.Profile;
import io.shiplog.simulation.run.RunResult.Failure;
import java.nio.file.Path;

/** One line that says all that is needed to see a failure again. */
final class FailureLine {
    private FailureLine() {}

    static String of(Options options, long seed, Profile profile, Failure failure) {
        return "SIM-FAIL seed=" + seed + " git=" + options.commit() + " profile=" + profile.label() + " step="
                + failure.step() + " inv=" + failure.invariant() + " part=" + failure.partition() + " | "
                + firstLine(failure.message()) + " | replay: bin/sim replay " + seed + " --profile " + profile.label()
                + " --until " + failure.step() + " --trace";
    }

    /** The same of a run that is kept in a file. */
    static String of(String commit, Path file, Failure failure) {
        return "SIM-FAIL regression=" + file.getFileName() + " git=" + commit + " step=" + failure.step() + " inv="
                + failure.invariant() + " part=" + failure.partition() + " | " + firstLine(failure.message())
                + " | replay: bin/sim replay " + file + " --until " + failure.step() + " --trace";
    }

    private static String firstLine(String message) {
        if (message == null) {
            return "";
        }
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}
