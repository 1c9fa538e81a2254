// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

/** With one node faulty, nobody waits longer for a write than a session and two seconds. */
final class OutagesEnd extends Liveness {
    OutagesEnd() {
        super("L7", "outages are short");
    }

    @Override
    void judge(Ending ending, Scene scene, Verdicts out) {
        if (ending.longestOutageMs() > ending.outageLimitMs()) {
            out.add(
                    this,
                    null,
                    "no write succeeded for " + ending.longestOutageMs() + " ms; the limit is "
                            + ending.outageLimitMs());
        }
    }
}
