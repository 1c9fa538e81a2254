// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import org.apache.kafka.common.TopicIdPartition;

/** A promise was broken: the run ends. What the invariants find without ending anything is an {@code invariant.Violation}. */
public final class BrokenPromise extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String invariant;
    private final String partition;

    /**
     * A broken promise.
     *
     * @param invariant its id, such as S6
     * @param partition null when it concerns none
     */
    public BrokenPromise(String invariant, TopicIdPartition partition, String what) {
        super(what);
        this.invariant = invariant;
        this.partition = partition == null ? "-" : partition.topic() + "-" + partition.partition();
    }

    public String invariant() {
        return invariant;
    }

    /** Topic and number, or - for none. */
    public String partition() {
        return partition;
    }
}
