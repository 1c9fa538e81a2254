// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

import java.util.List;

/**
 * A registered storage node.
 *
 * @param rack empty when it has none; nodes without a rack count as one rack
 * @param directories those that are online; empty when the node did not answer
 */
public record PlanNode(int id, String rack, State state, List<PlanDirectory> directories) {
    /** What a node may be given. */
    public enum State {
        /** Takes replicas and leads. */
        SERVING("serving"),
        /** Leads nothing where another can: somebody is about to stop it. */
        DRAINING("draining"),
        /** Gets no new replicas. */
        CORDONED("cordoned"),
        /** On its way out. */
        STOPPING("stopping"),
        /** Down, or not heard. */
        FENCED("down");

        private final String word;

        State(String word) {
            this.word = word;
        }

        /** As a sentence says it: "node 3 is down". */
        public String word() {
            return word;
        }
    }

    public PlanNode {
        directories = List.copyOf(directories);
    }

    boolean serves() {
        return state == State.SERVING;
    }
}
