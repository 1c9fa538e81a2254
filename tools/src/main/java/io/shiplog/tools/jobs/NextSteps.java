// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import io.shiplog.tools.plan.PlanKind;
import java.util.List;

/** What an operator does when a job is done. */
final class NextSteps {
    private NextSteps() {}

    static List<String> of(PlanKind kind, List<Integer> nodes) {
        return switch (kind) {
            case DRAIN_NODE, REPLACE_NODE ->
                List.of("when it is done, stop node " + nodes.get(0) + " (SIGTERM), and then: shiplog nodes unregister "
                        + nodes.get(0));
            case BALANCE, REASSIGN, REPLICATION_FACTOR -> List.of();
        };
    }
}
