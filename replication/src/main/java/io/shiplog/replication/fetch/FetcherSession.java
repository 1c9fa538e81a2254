// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import org.apache.kafka.common.requests.FetchMetadata;

/** The follower's view of its session with one leader: which id and epoch the next request carries (KIP-227). */
final class FetcherSession {
    private int id = FetchMetadata.INVALID_SESSION_ID;
    private int nextEpoch = FetchMetadata.INITIAL_EPOCH;
    private boolean refusedLast;

    /** Whether requests list changes only. */
    boolean isOpen() {
        return nextEpoch != FetchMetadata.INITIAL_EPOCH;
    }

    int id() {
        return id;
    }

    /** Whether the leader had no place for a session when it was asked last. */
    boolean wasRefused() {
        return refusedLast;
    }

    /** The epoch for a request that is sent now. */
    int takeEpoch() {
        int epoch = nextEpoch;
        if (isOpen()) {
            nextEpoch = FetchMetadata.nextEpoch(epoch);
        }
        return epoch;
    }

    /** A request was answered without error. */
    void onAnswer(boolean full, int sessionId) {
        if (sessionId == FetchMetadata.INVALID_SESSION_ID) {
            id = sessionId;
            nextEpoch = FetchMetadata.INITIAL_EPOCH;
            refusedLast = full;
        } else if (full) {
            id = sessionId;
            nextEpoch = FetchMetadata.nextEpoch(FetchMetadata.INITIAL_EPOCH);
            refusedLast = false;
        }
    }

    /** Begins anew; the next request closes the present session, should the leader still have it. */
    void restart() {
        nextEpoch = FetchMetadata.INITIAL_EPOCH;
    }
}
