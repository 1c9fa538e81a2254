// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.fault;

/** Kinds of faults that a run has or has not. */
public enum FaultClass {
    PROCESS,
    POWER,
    NETWORK,
    DISK,
    ROT,
    REPLACED,
    CLOCK,
    QUORUM,
    DEATH,
    /** Not drawn by itself: part of {@link Coincidences} and {@link StorageCoincidences}. */
    PARTIAL,
    /** Disks that put something elsewhere, or give something else; drawn after all others, with dice of its own. */
    MISPLACED,
    /** Machines that are taken for others; drawn likewise. */
    IDENTITY
}
