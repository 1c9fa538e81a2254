// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** What is told of runs: a failure in one line, the schedule that leads to it made as short as it can be, and which fault met which state. */
package io.shiplog.simulation.report;
