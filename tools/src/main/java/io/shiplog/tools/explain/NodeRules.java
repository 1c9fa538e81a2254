// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import io.shiplog.metadata.admin.NodeAnswer;
import io.shiplog.metadata.admin.NodeAnswer.Silence;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.proto.DescribeNodeResponse;
import io.shiplog.metadata.proto.DirectoryState;

/** What is wrong with a storage node as a whole: from what the controller thinks of it and what its process says, or does not. Pure. */
final class NodeRules {
    private static final long NOT_REGISTERED = -1;

    private final Facts facts;

    NodeRules(Facts facts) {
        this.facts = facts;
    }

    /** Why a node does not do its part; null when it does, as far as can be seen. */
    Finding.Builder trouble(int node) {
        BrokerImage broker = facts.image().broker(node);
        if (broker == null) {
            return unregistered(node);
        }
        NodeAnswer<DescribeNodeResponse> answer = facts.nodes().get(node);
        if (answer == null || answer.silence() == Silence.NOT_TOLD) {
            return broker.fenced() ? silent(node, answer) : leaving(broker);
        }
        Finding.Builder trouble = answer.answered() ? talking(broker, answer.value()) : mute(broker, answer);
        return trouble == null ? leaving(broker) : trouble;
    }

    private Finding.Builder unregistered(int node) {
        return about(
                        Cause.NODE_UNREGISTERED,
                        Severity.WARNING,
                        node,
                        "is not registered, and replicas are assigned to it")
                .why("the metadata knows no registration of node " + node)
                .remedy(Remedies.startNode(node, "its host"))
                .remedy("or move its replicas: bin/shiplog reassign plan --drain " + node);
    }

    private Finding.Builder mute(BrokerImage broker, NodeAnswer<DescribeNodeResponse> answer) {
        int node = broker.id();
        String host = facts.host(node);
        switch (answer.silence()) {
            case REFUSED -> {
                return about(Cause.NODE_DEAD, Severity.WARNING, node, "is dead")
                        .why("its process does not run: " + answer.why())
                        .why(fenced(broker))
                        .remedy(Remedies.startNode(node, host) + "; " + Remedies.lastWords())
                        .remedy(Remedies.replace(node));
            }
            case HANGS -> {
                return about(Cause.NODE_PAUSED, Severity.WARNING, node, "is paused, or hangs as a whole")
                        .why("its process is there and says nothing: " + answer.why())
                        .why(fenced(broker))
                        .remedy(Remedies.resumeNode(node, host))
                        .remedy(Remedies.stackOf(node));
            }
            case UNREACHABLE -> {
                return broker.fenced()
                        ? about(
                                        Cause.NODE_UNREACHABLE,
                                        Severity.WARNING,
                                        node,
                                        "cannot be reached: its host is down or cut off")
                                .why(answer.why())
                                .why(fenced(broker))
                                .remedy("look at host " + host + " and at the network to it")
                                .remedy(Remedies.replace(node))
                        : null;
            }
            default -> {
                return broker.fenced() ? silent(node, answer) : null;
            }
        }
    }

    private Finding.Builder silent(int node, NodeAnswer<DescribeNodeResponse> answer) {
        return about(Cause.NODE_SILENT, Severity.WARNING, node, "is fenced: dead, paused or cut off")
                .why(fenced(facts.image().broker(node)))
                .why(answer == null ? "it was not asked" : "it does not tell of itself: " + answer.why())
                .remedy("on " + facts.host(node) + ": see whether the process of node " + node
                        + " runs (jps -l), and what its log says")
                .remedy(Remedies.startNode(node, facts.host(node)));
    }

    private Finding.Builder talking(BrokerImage broker, DescribeNodeResponse told) {
        int node = broker.id();
        for (DirectoryState directory : told.getDirectoriesList()) {
            if (directory.getHung()) {
                return DirectoryRules.hung(facts, node, directory).why(fenced(broker));
            }
        }
        if (told.getHealth().getLoopStalled()) {
            return about(
                            Cause.LOOP_STALLED,
                            Severity.WARNING,
                            node,
                            "hangs: the thread that serves clients does not run")
                    .why("it says so itself"
                            + (told.getHealth().getAsksToBeFenced() ? ", and has asked to be fenced" : ""))
                    .why(fenced(broker))
                    .remedy(Remedies.stackOf(node));
        }
        if (!broker.fenced()) {
            return null;
        }
        if (told.getBrokerEpoch() == NOT_REGISTERED || told.getBrokerEpoch() > broker.epoch()) {
            return about(Cause.NODE_STARTING, Severity.NOTE, node, "is starting")
                    .why("its process runs for " + text(told.getUptimeMs()) + " and has not registered yet");
        }
        return about(Cause.NODE_CUT_OFF, Severity.WARNING, node, "runs, and the controller does not hear it")
                .why("it answers, with " + (told.getLeaseRemainingMs() > 0 ? "a lease" : "no lease") + ", up for "
                        + text(told.getUptimeMs()))
                .why(fenced(broker))
                .remedy("look at the network between node " + node
                        + " and the quorum nodes (quorum.endpoints of the node)")
                .remedy("its log says what it hears from the controller");
    }

    private Finding.Builder leaving(BrokerImage broker) {
        if (broker.leaving()) {
            return about(Cause.NODE_STOPPING, Severity.NOTE, broker.id(), "is stopping in good order");
        }
        return null;
    }

    private String fenced(BrokerImage broker) {
        if (!broker.fenced()) {
            return "the controller has not fenced it (yet)";
        }
        String because = facts.timeline().fencedBecause(broker.id());
        return "the controller has fenced it" + (because.isEmpty() ? "" : ": " + because);
    }

    private Finding.Builder about(Cause cause, Severity severity, int node, String what) {
        return Finding.of(cause, severity, "node " + node, "node " + node + " " + what)
                .node(node)
                .since(facts.timeline().fencedSince(node));
    }

    private static String text(long ms) {
        return io.shiplog.tools.text.Units.duration(ms);
    }
}
