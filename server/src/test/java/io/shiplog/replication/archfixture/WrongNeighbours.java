// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.archfixture;

/** Breaks an arrow (see {@code ArchitectureTest}). */
public final class WrongNeighbours {
    io.shiplog.metadata.archfixture.WrongNeighbours forbidden;
}
