// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Runs: one seed, many seeds, one seed again; and how they are told of. */
package io.shiplog.simulation.run;
