// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** What must hold: one class for each promise. */
package io.shiplog.simulation.invariant;
