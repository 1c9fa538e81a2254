// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

import java.util.Random;

/** Breaks what the planner keeps to (see {@code ToolsArchitectureTest}). */
public final class ImpurePlan {
    private final java.io.File file = new java.io.File("x");

    String draw() {
        return file + "" + new Random(1).nextInt();
    }
}
