// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import io.shiplog.metadata.proto.DescribeQuorumResponse;
import io.shiplog.metadata.ratis.QuorumPeer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** Which changes of the quorum's members are allowed; pure. Errors are Kafka's (KIP-853). */
final class VoterRules {
    /** More make every change slower and survive hardly more. */
    static final int MAX_VOTERS = 5;
    /** The longest name of a host that there is (RFC 1035). */
    private static final int MAX_HOST = 255;

    private VoterRules() {}

    /**
     * Whether the answer of a leader proves that a peer is no member any more. A change that is settled stays, whoever leads next; and since the leader has committed all
     * that the peer's own log can hold, it is not the peer that knows the newer members. A peer that was taken out never comes back: its disk would be given another name.
     *
     * @param description empty, or without voters, when it is not of a leader
     * @param lastIndex of the peer's own log; -1: it is empty
     */
    static boolean isTakenOut(DescribeQuorumResponse description, String clusterId, String peerId, long lastIndex) {
        boolean ofTheLeader = description.getVotersCount() > 0
                && !clusterId.isEmpty()
                && description.getClusterId().equals(clusterId);
        return ofTheLeader
                && description.getSettled()
                && description.getCommitIndex() >= lastIndex
                && description.getVotersList().stream()
                        .noneMatch(voter -> voter.getPeerId().equals(peerId));
    }

    /**
     * A verdict on a change.
     *
     * @param next the members afterwards; empty when it is refused
     */
    record Verdict(Errors error, String message, List<QuorumPeer> next) {
        static Verdict refused(Errors error, String message) {
            return new Verdict(error, message, List.of());
        }

        boolean allowed() {
            return error == Errors.NONE;
        }
    }

    /**
     * Whether {@code nodeId} may be added.
     *
     * @param directoryId of its disk; {@link Uuid#ZERO_UUID}: whichever it has
     * @param waiting the node's peer as it told itself; null when no such node has been heard
     */
    static Verdict add(List<QuorumPeer> members, int nodeId, Uuid directoryId, QuorumPeer waiting) {
        if (nodeId < 0) {
            return Verdict.refused(Errors.INVALID_REQUEST, "A node id is 0 or more, not " + nodeId + ".");
        }
        QuorumPeer known = find(members, nodeId);
        if (known != null) {
            return Verdict.refused(
                    Errors.DUPLICATE_VOTER,
                    "Quorum node " + nodeId + " is a voter already, with directory id " + known.directoryId() + ".");
        }
        if (members.size() >= MAX_VOTERS) {
            return Verdict.refused(
                    Errors.INVALID_REQUEST, "The quorum has " + members.size() + " voters, which is the most.");
        }
        if (waiting == null) {
            return Verdict.refused(
                    Errors.REQUEST_TIMED_OUT,
                    "Quorum node " + nodeId + " does not wait to be added: start it with an empty data.dir first.");
        }
        if (!directoryId.equals(Uuid.ZERO_UUID) && !directoryId.equals(waiting.directoryId())) {
            return Verdict.refused(
                    Errors.INVALID_REQUEST,
                    "Quorum node " + nodeId + " waits with directory id " + waiting.directoryId() + ", not "
                            + directoryId + ".");
        }
        List<QuorumPeer> next = new ArrayList<>(members);
        next.add(waiting);
        return new Verdict(Errors.NONE, "", next);
    }

    /**
     * Whether {@code nodeId} may be taken out. Not when those that are left and alive are no majority: the quorum would stop for good.
     *
     * @param directoryId {@link Uuid#ZERO_UUID}: whichever it has
     */
    static Verdict remove(List<QuorumPeer> members, int nodeId, Uuid directoryId, Predicate<QuorumPeer> alive) {
        QuorumPeer known = find(members, nodeId);
        if (known == null || (!directoryId.equals(Uuid.ZERO_UUID) && !directoryId.equals(known.directoryId()))) {
            return Verdict.refused(
                    Errors.VOTER_NOT_FOUND,
                    "There is no voter " + nodeId
                            + (known == null
                                    ? "."
                                    : " with directory id " + directoryId + " but " + known.directoryId() + "."));
        }
        List<QuorumPeer> next = new ArrayList<>(members);
        next.remove(known);
        long living = next.stream().filter(alive).count();
        if (2 * living <= next.size()) {
            return Verdict.refused(
                    Errors.INVALID_REQUEST,
                    "Without quorum node " + nodeId + " there are " + next.size() + " voters, of which " + living
                            + " answer: no majority.");
        }
        return new Verdict(Errors.NONE, "", next);
    }

    /**
     * The members after a lost disk of one of them has been replaced; empty when {@code joiner} replaces nobody: it is a member already, its
     * node is none (an operator took it out, or never put it in), or the old disk still answers, so somebody else uses its id.
     */
    static List<QuorumPeer> replace(List<QuorumPeer> members, QuorumPeer joiner, Predicate<QuorumPeer> alive) {
        QuorumPeer old = find(members, joiner.nodeId());
        if (old == null || old.peerId().equals(joiner.peerId()) || alive.test(old)) {
            return List.of();
        }
        List<QuorumPeer> next = new ArrayList<>(members);
        next.set(members.indexOf(old), joiner);
        return next;
    }

    /** Whether what a node says of itself can be a peer: its own id with a random part, and where it is reached. */
    static boolean isPossible(QuorumPeer joiner, int nodeId) {
        return nodeId >= 0
                && joiner.peerId().equals(nodeId + "-" + joiner.directoryId())
                && !joiner.directoryId().equals(Uuid.ZERO_UUID)
                && !joiner.host().isEmpty()
                && joiner.host().length() <= MAX_HOST
                && isPort(joiner.raftPort())
                && isPort(joiner.endpointPort());
    }

    private static boolean isPort(int port) {
        return port > 0 && port <= 0xffff;
    }

    static QuorumPeer find(List<QuorumPeer> members, int nodeId) {
        for (QuorumPeer member : members) {
            if (member.nodeId() == nodeId) {
                return member;
            }
        }
        return null;
    }
}
