// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Bugs that others once had, and some that our design invites, put back into our code one at a time: the simulator must find each. A mutant
 * is a text file of {@code simulation/mutants/} that says which lines of which source are to read otherwise; it is applied in memory, so
 * that no switch stands in the code that people run (decision 0080).
 */
package io.shiplog.simulation.mutant;
