// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import io.shiplog.tools.quorum.QuorumSafety;
import java.util.ArrayList;
import java.util.List;

/** What is wrong with the metadata quorum. Pure. */
final class QuorumRules {
    /** What it means to have no majority. */
    static final String WITHOUT_MAJORITY =
            "leaders go on serving, but nobody is elected when one fails, no replica leaves or joins an ISR, and nothing can be"
                    + " changed; acks 0 and 1 are refused once leases have run out";

    static final String KEEP_DISKS = "never empty their data.dir: a majority of the disks has what was agreed on";

    private QuorumRules() {}

    static List<Finding> of(Facts facts) {
        QuorumFacts quorum = facts.quorum();
        List<Finding> found = new ArrayList<>();
        if (quorum.voters().isEmpty()) {
            return found;
        }
        if (quorum.heard() < quorum.needed()) {
            found.add(noMajority(quorum));
        } else if (quorum.description() == null) {
            found.add(noController(quorum));
        } else {
            quorum.silent().forEach((node, why) -> found.add(down(quorum, node, why)));
            if (quorum.silent().isEmpty()) {
                QuorumSafety.laggards(quorum.description(), facts.nowMs()).forEach(line -> found.add(behind(line)));
            }
        }
        return found;
    }

    private static Finding noMajority(QuorumFacts quorum) {
        Finding.Builder found = Finding.of(
                        Cause.QUORUM_NO_MAJORITY,
                        Severity.CRITICAL,
                        "quorum",
                        "the metadata quorum has no majority: " + quorum.heard() + " of "
                                + quorum.voters().size() + " nodes answer, " + quorum.needed() + " are needed")
                .waiting(false, WITHOUT_MAJORITY);
        quorum.silent().forEach((node, why) -> {
            found.why("quorum-" + node + " (" + quorum.voters().get(node) + ") did not answer: " + why);
            found.remedy(Remedies.startQuorumNode(node, quorum.voters().get(node)));
        });
        if (quorum.silent().size() == 1) {
            found.node(quorum.silent().keySet().iterator().next());
        }
        return found.remedy(KEEP_DISKS).build();
    }

    private static Finding noController(QuorumFacts quorum) {
        return Finding.of(
                        Cause.NO_CONTROLLER,
                        Severity.CRITICAL,
                        "quorum",
                        "no quorum node is the active controller, though " + quorum.heard() + " of "
                                + quorum.voters().size() + " answer")
                .why("an election takes a second or two; one that does not end means that they do not reach each other")
                .remedy(
                        "ask again; if it stays: the network between the Raft ports of the quorum nodes, and their logs")
                .waiting(false, "nobody is elected when a leader fails, and nothing can be changed")
                .build();
    }

    private static Finding down(QuorumFacts quorum, int node, String why) {
        int spare = quorum.heard() - quorum.needed();
        return Finding.of(
                        Cause.QUORUM_NODE_DOWN,
                        Severity.WARNING,
                        "quorum-" + node,
                        "quorum node " + node + " does not answer")
                .node(node)
                .why(quorum.voters().get(node) + ": " + why)
                .remedy(Remedies.startQuorumNode(node, quorum.voters().get(node)))
                .waiting(
                        spare > 0,
                        quorum.heard() + " of " + quorum.voters().size() + " answer and " + quorum.needed()
                                + " are needed: "
                                + (spare > 0 ? spare + " more may fail" : "the next failure stops all changes"))
                .build();
    }

    private static Finding behind(String line) {
        return Finding.of(Cause.QUORUM_NODE_DOWN, Severity.NOTE, "quorum", line)
                .why("the active controller says so")
                .waiting(true, "a majority keeps up, or there would be no controller")
                .remedy("bin/shiplog quorum describe shows whether it catches up")
                .build();
    }
}
