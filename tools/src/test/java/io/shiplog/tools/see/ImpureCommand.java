// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.see;

import io.shiplog.server.archfixture.SomeNode;

/** Breaks what commands keep to (see {@code ToolsArchitectureTest}). */
public final class ImpureCommand {
    SomeNode forbidden;
    org.apache.ratis.protocol.RaftPeerId another;

    void print() {
        System.out.println("x");
    }

    void exit() {
        System.exit(1);
    }
}
