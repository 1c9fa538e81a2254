// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

/** How a leader sees a replica; what {@code explain} tells people. */
public enum ReplicaStanding {
    /** The leader itself. */
    LEADER("leads"),
    /** In the ISR and keeping up. */
    IN_SYNC("in sync"),
    /** In the ISR, but behind the leader's log end for longer than a fetch takes. */
    LAGGING("in the ISR, not caught up"),
    /** Out of the ISR, fetching, not yet far enough to join. */
    CATCHING_UP("fetching, not yet at the high watermark and the start of the leader epoch"),
    /** Far enough; its joining is proposed or about to be. */
    JOINING("caught up, waits for the controller to take it into the ISR"),
    /** The controller refused it, or it is fenced or shutting down. */
    NOT_ELIGIBLE("caught up, but fenced, shutting down or registered anew"),
    /** Its last fetch showed a log that differs from the leader's; it has to truncate. */
    DIVERGED("its log diverged, it has to truncate"),
    /** It has not fetched in this leader epoch (or not under its present registration). */
    SILENT("has not fetched in this leader epoch");

    private final String sentence;

    ReplicaStanding(String sentence) {
        this.sentence = sentence;
    }

    /** The standing in words. */
    public String sentence() {
        return sentence;
    }
}
