// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

/** Breaks what rules keep to (see {@code ToolsArchitectureTest}). */
public final class ImpureRules {
    long now() {
        return System.currentTimeMillis();
    }
}
