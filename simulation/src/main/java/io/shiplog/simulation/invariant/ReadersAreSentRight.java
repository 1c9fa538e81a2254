// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.replication.port.AssignedReplica;

/**
 * A leader sends a consumer only to a follower that is in sync, on a node that is neither fenced nor stopping, as far as it knows: others may stay
 * behind for as long as they like, or be gone (KIP-392, KAFKA-14372, KAFKA-15390).
 */
final class ReadersAreSentRight extends Invariant {
    ReadersAreSentRight() {
        super("N3", "consumers are sent to replicas that serve them");
    }

    @Override
    void on(Fact fact, Scene scene, Verdicts out) {
        if (fact instanceof Fact.Heard heard && heard.observation() instanceof Observation.SentAway sent) {
            AssignedReplica follower = sent.follower();
            if (follower == null || !follower.inIsr() || !follower.mayJoinIsr()) {
                out.add(
                        this,
                        scene.truth().partition(sent.topicId(), sent.partition()),
                        "broker " + sent.leader() + " sends a consumer to " + follower);
            }
        }
    }
}
