// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.run;

import io.shiplog.simulation.fault.FaultKind;
import java.util.Map;

/**
 * How a run ended.
 *
 * @param failure null when every promise was kept
 * @param steps events that happened
 * @param traceHash the same for the same run
 * @param acknowledged operations
 * @param effective faults that took effect, by kind
 * @param simulatedMs how long it lasted, in its own time
 */
public record RunResult(
        Failure failure,
        long steps,
        long traceHash,
        int acknowledged,
        Map<FaultKind, Integer> effective,
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
        return failure != null || (acknowledged >= 100 && !effective.isEmpty());
    }
}
