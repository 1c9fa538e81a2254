// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.history;

import org.apache.kafka.common.protocol.Errors;

/** A change of the metadata that an operator asked for. */
public final class AdminOp {
    public final String what;
    public final long invokedUs;
    public long endedUs = -1;
    public Outcome outcome = Outcome.PENDING;
    public Errors error = Errors.NONE;

    public AdminOp(String what, long invokedUs) {
        this.what = what;
        this.invokedUs = invokedUs;
    }
}
