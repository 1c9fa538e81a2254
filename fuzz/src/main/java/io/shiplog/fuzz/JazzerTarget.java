// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz;

import io.shiplog.fuzz.targets.Targets;

/** The same targets for Jazzer, which looks for inputs that reach new code. It is told the target by the property {@code shiplog.fuzz.target}. */
public final class JazzerTarget {
    private static final Target TARGET = Targets.named(System.getProperty("shiplog.fuzz.target", "requests"));

    private JazzerTarget() {}

    /** Called by Jazzer for each input; what it throws is a finding. */
    public static void fuzzerTestOneInput(byte[] input) throws Finding {
        TARGET.execute(input);
    }
}
