// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.demo;

import io.shiplog.tools.rolling.NodeName;
import io.shiplog.tools.rolling.RollingRestart;
import io.shiplog.tools.trial.Ledger;
import java.util.List;
import java.util.function.DoubleSupplier;

/** Restarts every process of the cluster, one after the other, each when it may. */
final class RollingDisturbance extends BackgroundDisturbance {
    private static final double BEGIN_AT = 0.1;

    private final RollingRestart restart;
    private final List<NodeName> nodes;
    private final DoubleSupplier progress;
    private final Ledger ledger;

    /** @param progress the part of the input that has been sent, 0 to 1 */
    RollingDisturbance(RollingRestart restart, List<NodeName> nodes, DoubleSupplier progress, Ledger ledger) {
        super("demo-rolling");
        this.restart = restart;
        this.nodes = List.copyOf(nodes);
        this.progress = progress;
        this.ledger = ledger;
    }

    @Override
    void run() throws Exception {
        until(() -> progress.getAsDouble() >= BEGIN_AT);
        ledger.mark();
        restart.run(nodes);
        markStart();
    }

    @Override
    public String[] summary() {
        return new String[] {
            "restarted",
            nodes.size() + " processes, one after the other; the longest was away for " + restart.longestRestartMs()
                    + " ms"
        };
    }
}
