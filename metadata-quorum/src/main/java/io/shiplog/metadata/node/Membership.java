// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import io.shiplog.metadata.ratis.QuorumPeer;
import io.shiplog.metadata.ratis.RatisQuorum;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes of the quorum's members and leader, on the active controller, one at a time: what an operator asks for, and by itself the replacement
 * of a disk that its node lost. Any thread.
 */
final class Membership {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
    /** Whichever node is best fit. */
    static final int ANY_NODE = -1;

    private static final long GONE_MS = 3_000;
    /** Somebody who waits asks several times a second. */
    private static final long WAITING_MS = 3_000;

    private static final int MAX_WAITING = 16;
    private static final long MIN_TIMEOUT_MS = 100;
    private static final long MAX_TIMEOUT_MS = 60_000;
    private static final long HAND_OVER_MS = 1_000;

    private record Waiting(QuorumPeer peer, long heardAtMs) {}

    /** The answer to a change. */
    record Outcome(Errors error, String message) {
        static final Outcome DONE = new Outcome(Errors.NONE, "");
    }

    private final Clock clock;
    private final AtomicBoolean changing = new AtomicBoolean();
    private final TreeMap<Integer, Waiting> waiting = new TreeMap<>();

    Membership(Clock clock) {
        this.clock = clock;
    }

    /** A node waits to become a member. If it is one that lost its disk, it takes the old one's place. */
    @SuppressWarnings("FutureReturnValueIgnored") // both outcomes are logged
    void onJoiner(RatisQuorum quorum, QuorumPeer joiner) {
        remember(joiner);
        List<QuorumPeer> members = quorum.peers();
        List<QuorumPeer> next = VoterRules.replace(members, joiner, peer -> isAlive(quorum, peer));
        if (!next.isEmpty()) {
            change(quorum, members, next, MAX_TIMEOUT_MS, "replacing the lost disk of quorum node " + joiner.nodeId());
        }
    }

    private synchronized void remember(QuorumPeer joiner) {
        long nowMs = clock.nowMs();
        waiting.values().removeIf(each -> nowMs - each.heardAtMs() > WAITING_MS);
        if (waiting.size() < MAX_WAITING || waiting.containsKey(joiner.nodeId())) {
            waiting.put(joiner.nodeId(), new Waiting(joiner, nowMs));
        }
    }

    private synchronized QuorumPeer waiting(int nodeId) {
        Waiting found = waiting.get(nodeId);
        return found == null || clock.nowMs() - found.heardAtMs() > WAITING_MS ? null : found.peer();
    }

    private static boolean isAlive(RatisQuorum quorum, QuorumPeer peer) {
        return quorum.millisSinceHeard(peer.peerId()) < GONE_MS;
    }

    /** Adds a node that waits for it; answered when it is a voter. */
    CompletableFuture<Outcome> add(RatisQuorum quorum, int nodeId, Uuid directoryId, long timeoutMs) {
        List<QuorumPeer> members = quorum.peers();
        VoterRules.Verdict verdict = VoterRules.add(members, nodeId, directoryId, waiting(nodeId));
        return verdict.allowed()
                ? change(quorum, members, verdict.next(), timeoutMs, "adding quorum node " + nodeId)
                : refused(verdict);
    }

    /** Takes a voter out. The leader hands over first: its successor carries out what is then asked again. */
    CompletableFuture<Outcome> remove(RatisQuorum quorum, int nodeId, Uuid directoryId, int selfId, long timeoutMs) {
        List<QuorumPeer> members = quorum.peers();
        VoterRules.Verdict verdict = VoterRules.remove(members, nodeId, directoryId, peer -> isAlive(quorum, peer));
        if (!verdict.allowed()) {
            return refused(verdict);
        }
        if (nodeId == selfId) {
            return transfer(quorum, ANY_NODE, HAND_OVER_MS)
                    .thenApply(outcome -> outcome.error() == Errors.NONE
                            ? new Outcome(Errors.NOT_CONTROLLER, "The leader has handed over before it goes.")
                            : outcome);
        }
        return change(quorum, members, verdict.next(), timeoutMs, "removing quorum node " + nodeId);
    }

    private static CompletableFuture<Outcome> refused(VoterRules.Verdict verdict) {
        return CompletableFuture.completedFuture(new Outcome(verdict.error(), verdict.message()));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // both outcomes complete the answer
    private CompletableFuture<Outcome> change(
            RatisQuorum quorum, List<QuorumPeer> members, List<QuorumPeer> next, long timeoutMs, String what) {
        if (quorum.isChangingPeers() || !changing.compareAndSet(false, true)) {
            return CompletableFuture.completedFuture(
                    new Outcome(Errors.REQUEST_TIMED_OUT, "Another change of the quorum's voters is under way."));
        }
        LOG.info("{}: {} to {}", what, members, next);
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        quorum.setPeers(members, next).whenComplete((done, failure) -> {
            changing.set(false);
            if (failure == null) {
                LOG.info("{}: done", what);
                outcome.complete(Outcome.DONE);
            } else {
                LOG.warn("{}: not done: {}", what, failure.toString());
                outcome.complete(new Outcome(Errors.REQUEST_TIMED_OUT, "Not agreed on: " + failure.getMessage()));
            }
        });
        return outcome.completeOnTimeout(
                new Outcome(Errors.REQUEST_TIMED_OUT, "Not agreed on in time; it may still be."),
                bounded(timeoutMs),
                TimeUnit.MILLISECONDS);
    }

    /** Makes another node the leader; {@link #ANY_NODE}: the one that is best fit. */
    CompletableFuture<Outcome> transfer(RatisQuorum quorum, int nodeId, long timeoutMs) {
        if (nodeId == quorum.leaderNodeId()) {
            return CompletableFuture.completedFuture(Outcome.DONE);
        }
        QuorumPeer named = VoterRules.find(quorum.peers(), nodeId);
        if (nodeId != ANY_NODE && named == null) {
            return CompletableFuture.completedFuture(
                    new Outcome(Errors.VOTER_NOT_FOUND, "There is no voter " + nodeId + "."));
        }
        Optional<String> target = named == null ? quorum.successor() : Optional.of(named.peerId());
        if (target.isEmpty()) {
            return CompletableFuture.completedFuture(
                    new Outcome(Errors.INVALID_REQUEST, "No other voter answers: there is nobody to lead."));
        }
        LOG.info("handing leadership of the quorum to {}", target.get());
        return quorum.transferTo(target.get(), bounded(timeoutMs))
                .thenApply(done -> Outcome.DONE)
                .exceptionally(failure -> new Outcome(
                        Errors.REQUEST_TIMED_OUT, "Leadership was not handed over: " + failure.getMessage()));
    }

    private static long bounded(long timeoutMs) {
        return Math.max(MIN_TIMEOUT_MS, Math.min(MAX_TIMEOUT_MS, timeoutMs));
    }
}
