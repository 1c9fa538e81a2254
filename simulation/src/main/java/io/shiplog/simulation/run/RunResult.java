// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.run;

import io.shiplog.simulation.fault.Coverage;
import io.shiplog.simulation.history.Outage;
import java.util.List;

/**
 * How a run ended.
 *
 * @param failure null when every promise was kept
 * @param steps events that happened
 * @param traceHash the same for the same run
 * @param acknowledged operations
 * @param coverage faults that took effect
 * @param outages what single faults did to clients; empty when a promise was broken
 * @param simulatedMs how long it lasted, in its own time
 */
public record RunResult(
        Failure failure,
        long steps,
        long traceHash,
        int acknowledged,
        Coverage coverage,
        List<Outage> outages,
        long simulatedMs) {
    /**
     * What went wrong.
     *
     * @param invariant id, or CRASH when the code threw something that is no violation
     * @param partition topic and number, or -
     * @param step the event after which it was seen
     * @param cause null when there is none
     */
    public record Failure(String invariant, String partition, long step, String message, Throwable cause) {}

    /** Whether there was enough of everything for the run to say something. */
    public boolean counts() {
        return failure != null || (acknowledged >= 100 && !coverage.effective().isEmpty());
    }
}
