// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.history;

import io.shiplog.simulation.fault.FaultKind;

/**
 * What one fault, alone, did to clients.
 *
 * @param waitMs the longest that anybody waited for a write with acks=all, since the fault began or the write was given out
 */
public record Outage(FaultKind kind, long waitMs) {}
