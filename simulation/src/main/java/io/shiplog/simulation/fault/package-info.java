// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** What goes wrong and what clients do in a run: as data, so that a run can be written down, made smaller, and done again. */
package io.shiplog.simulation.fault;
