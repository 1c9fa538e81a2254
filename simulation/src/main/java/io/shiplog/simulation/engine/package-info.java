// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** Virtual time: the queue of events, chance, clocks, and the threads of simulated processes. Nothing here knows what is simulated. */
package io.shiplog.simulation.engine;
