// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.archfixture;

/** Breaks an arrow (see {@code ArchitectureTest}). */
public final class ToolThatReachesIntoTheServer {
    io.shiplog.server.archfixture.WrongNeighbours forbidden;
}
