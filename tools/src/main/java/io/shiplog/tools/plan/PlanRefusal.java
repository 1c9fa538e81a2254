// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

import java.util.List;

/**
 * Why there is no plan.
 *
 * @param problems a line each, what is wrong and what would be right; at least one
 */
public record PlanRefusal(List<String> problems) implements PlanAnswer {
    public PlanRefusal {
        problems = List.copyOf(problems);
    }

    static PlanRefusal of(String problem) {
        return new PlanRefusal(List.of(problem));
    }
}
