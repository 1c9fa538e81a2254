// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;

/**
 * Whether a follower has segments shipped, or should have. Not as a member of the ISR: a member is never that far behind for long, and
 * while segments are on their way the leader hears nothing of it. After a shipment of which nothing came, a number of answers is
 * taken as records first, and more of them with each further failure; there is no clock in it.
 */
final class Shipping {
    private static final int FIRST_PAUSE_ANSWERS = 16;
    private static final int MAX_PAUSE_ANSWERS = 1_024;

    private final ShippingRules rules;
    private boolean underWay;
    private boolean progressed;
    private int pauseAnswers;
    private int answersToTake;

    Shipping(ShippingRules rules) {
        this.rules = rules;
    }

    boolean isUnderWay() {
        return underWay;
    }

    /**
     * Whether to begin now.
     *
     * @param sealedBytes what the leader has in sealed segments from the log end on
     */
    boolean isWanted(PartitionState state, long sealedBytes) {
        if (underWay || sealedBytes < rules.minBytes()) {
            return false;
        }
        AssignedReplica self = state.replica(rules.nodeId());
        if (self == null || self.inIsr()) {
            return false;
        }
        if (answersToTake > 0) {
            answersToTake--;
            return false;
        }
        return true;
    }

    void begin() {
        underWay = true;
        progressed = false;
    }

    void progress() {
        progressed = true;
    }

    void end() {
        underWay = false;
        if (progressed) {
            pauseAnswers = 0;
        } else {
            pauseAnswers = Math.min(MAX_PAUSE_ANSWERS, Math.max(FIRST_PAUSE_ANSWERS, 2 * pauseAnswers));
        }
        answersToTake = pauseAnswers;
    }
}
