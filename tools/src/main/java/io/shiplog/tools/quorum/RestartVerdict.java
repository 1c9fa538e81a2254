// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.quorum;

import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.controller.RestartSafety;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.tools.rolling.NodeName;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether a process may be restarted now, in all of its roles. Pure.
 *
 * @param margin of its storage role; null when it is in sync with nothing, or has none
 * @param partitions that its storage role is in sync with; null without one
 * @param forbidding how many of them forbid it
 * @param votersKeepingUp other voters that keep up; null without a quorum role, as the next one
 * @param objections why not, a sentence each; none when it may
 */
public record RestartVerdict(
        NodeName node,
        Integer margin,
        Integer partitions,
        Integer forbidding,
        Integer votersKeepingUp,
        Integer votersNeeded,
        List<String> objections) {
    public RestartVerdict {
        objections = List.copyOf(objections);
    }

    /** Judges by the newest metadata and what the active controller says of the voters. */
    public static RestartVerdict of(MetadataImage image, QuorumDescription quorum, NodeName node, long nowMs) {
        List<String> objections = new ArrayList<>();
        RestartSafety.Verdict storage = null;
        if (node.isStorage()) {
            storage = RestartSafety.of(image, node.id());
            addObjections(storage, node, objections);
        }
        QuorumSafety.Verdict voter = null;
        if (node.isQuorum()) {
            voter = QuorumSafety.of(quorum, node.id(), nowMs);
            objections.addAll(voter.objections());
        }
        return new RestartVerdict(
                node,
                storage == null || storage.margin().isEmpty()
                        ? null
                        : storage.margin().getAsInt(),
                storage == null ? null : storage.partitions(),
                storage == null ? null : storage.forbidding(),
                voter == null ? null : voter.keepingUp(),
                voter == null ? null : voter.needed(),
                objections);
    }

    /** Nobody can say, so it may not. */
    public static RestartVerdict unknown(NodeName node, String why) {
        return new RestartVerdict(node, null, null, null, null, null, List.of(why));
    }

    private static void addObjections(RestartSafety.Verdict verdict, NodeName node, List<String> objections) {
        if (!verdict.known()) {
            objections.add("storage-" + node.id() + " is not registered; bin/shiplog nodes shows those that are");
        }
        for (RestartSafety.Forbidding each : verdict.named()) {
            objections.add(each.topic() + "-" + each.partition() + ": " + each.remaining()
                    + " in-sync replicas would remain, " + each.minIsr() + " are needed (" + each.reason() + ")");
        }
        if (verdict.forbidding() > verdict.named().size()) {
            objections.add("and " + (verdict.forbidding() - verdict.named().size()) + " more partitions");
        }
    }

    /** Whether it may. */
    public boolean safe() {
        return objections.isEmpty();
    }

    /** The answer in one line, without the objections. */
    public String sentence() {
        if (!safe()) {
            return "no: " + node + " must not be restarted now";
        }
        StringBuilder yes = new StringBuilder("yes: " + node + " may be restarted");
        if (margin != null) {
            yes.append(" (margin ")
                    .append(margin)
                    .append(": so many more replicas of any of its ")
                    .append(partitions)
                    .append(" partitions could be lost)");
        } else if (partitions != null) {
            yes.append(" (it is in sync with nothing)");
        }
        if (votersNeeded != null) {
            yes.append("; ")
                    .append(votersKeepingUp)
                    .append(" other voters keep up, ")
                    .append(votersNeeded)
                    .append(" are needed");
        }
        return yes.toString();
    }
}
