// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.quorum;

import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.client.QuorumDescription.Voter;
import java.util.ArrayList;
import java.util.List;

/** Whether the quorum can do without one of its nodes for a while: when the others that keep up are still a majority. Pure. */
public final class QuorumSafety {
    /** Entries that a voter may be behind and still keeps up: it is answered in the same breath. */
    private static final long LAG_ENTRIES = 100;

    private static final long SILENCE_MS = 3_000;

    private QuorumSafety() {}

    /**
     * The answer.
     *
     * @param keepingUp voters other than the node that keep up
     * @param needed how many are needed
     * @param objections why it may not be restarted, a sentence each; empty when it may
     */
    public record Verdict(int nodeId, int keepingUp, int needed, List<String> objections) {
        public Verdict {
            objections = List.copyOf(objections);
        }

        public boolean safe() {
            return objections.isEmpty();
        }
    }

    /**
     * Judges by what the active controller says.
     *
     * @param nowMs wall clock here, for when the active controller does not tell its own: the two may differ
     */
    public static Verdict of(QuorumDescription quorum, int nodeId, long nowMs) {
        List<Voter> voters = quorum.voters();
        int needed = voters.size() / 2 + 1;
        List<String> objections = new ArrayList<>();
        if (voters.isEmpty()) {
            return new Verdict(nodeId, 0, needed, List.of("no active controller says how far the voters are"));
        }
        int keepingUp = 0;
        List<String> behind = new ArrayList<>();
        boolean member = false;
        for (Voter voter : voters) {
            member |= voter.nodeId() == nodeId;
            String why = voter.nodeId() == nodeId ? null : lag(quorum, voter, nowMs);
            if (why != null) {
                behind.add("quorum-" + voter.nodeId() + " " + why);
            } else if (voter.nodeId() != nodeId) {
                keepingUp++;
            }
        }
        if (!member) {
            objections.add("quorum-" + nodeId + " is no voter");
        } else if (voters.size() == 1) {
            objections.add("quorum-" + nodeId + " is the only voter: without it no metadata can change");
        } else if (keepingUp < needed) {
            objections.add(keepingUp + " other voters keep up and " + needed + " are needed: " + behind);
        }
        return new Verdict(nodeId, keepingUp, needed, objections);
    }

    /** What of the quorum does not keep up, a sentence each; {@code nowMs} as above. */
    public static List<String> laggards(QuorumDescription quorum, long nowMs) {
        List<String> laggards = new ArrayList<>();
        if (quorum.voters().isEmpty()) {
            laggards.add("no active controller says how far the voters are");
        }
        for (Voter voter : quorum.voters()) {
            String why = lag(quorum, voter, nowMs);
            if (why != null) {
                laggards.add("quorum-" + voter.nodeId() + " " + why);
            }
        }
        return laggards;
    }

    /** By the clock that the times are of, the active controller's; {@code otherwiseMs} when it does not say. */
    private static long clockMs(QuorumDescription quorum, long otherwiseMs) {
        return quorum.voters().stream()
                .filter(voter -> voter.nodeId() == quorum.leaderId() && voter.lastFetchMs() >= 0)
                .mapToLong(Voter::lastFetchMs)
                .findFirst()
                .orElse(otherwiseMs);
    }

    private static String lag(QuorumDescription quorum, Voter voter, long otherwiseMs) {
        if (voter.nodeId() == quorum.leaderId()) {
            return null;
        }
        if (voter.lastFetchMs() < 0) {
            return "has not been heard";
        }
        long silentMs = clockMs(quorum, otherwiseMs) - voter.lastFetchMs();
        if (silentMs > SILENCE_MS) {
            return "was last heard " + silentMs + " ms ago";
        }
        long behind = quorum.commitIndex() - voter.matchIndex();
        return behind > LAG_ENTRIES ? "is " + behind + " entries behind" : null;
    }
}
