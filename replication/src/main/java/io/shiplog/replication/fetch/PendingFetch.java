// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import io.shiplog.replication.runtime.Cancellable;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;

/**
 * One fetch on its way to an answer. It is answered at once when there is enough to say, else parked until a partition of it
 * moves, its time is over, or it is released.
 */
public final class PendingFetch {
    private static final int NO_EPOCH = -1;

    private final FetchPurgatory purgatory;
    private final FetchResponder responder;
    private final FetchSession session;
    private final short version;
    private final int sessionId;
    private final int minBytes;
    private final int maxBytes;
    private final byte isolationLevel;
    private final int requestEpoch;
    private final int unseenEpoch;
    private final boolean opensSession;
    private final String clientRack;

    private boolean done;
    private boolean woken;
    private Cancellable deadline;
    private Cancellable nextLook;

    /** @param maxBytes upper bound of record bytes, already cut to what this node allows */
    PendingFetch(
            FetchPurgatory purgatory,
            FetchResponder responder,
            FetchSession session,
            short version,
            FetchRequestData request,
            int maxBytes) {
        this.purgatory = purgatory;
        this.responder = responder;
        this.session = session;
        this.version = version;
        this.sessionId = session.id();
        this.minBytes = request.minBytes();
        this.maxBytes = maxBytes;
        this.isolationLevel = request.isolationLevel();
        this.requestEpoch = session.isCached() ? request.sessionEpoch() : NO_EPOCH;
        this.unseenEpoch =
                session.isCached() && InterBrokerTags.isPipelined(request) ? request.sessionEpoch() - 1 : NO_EPOCH;
        this.clientRack = request.rackId();
        this.opensSession = !session.isCached() && FetchSessions.wantsSession(request);
    }

    /** Whether the fetch has been answered or dropped. */
    public boolean isDone() {
        return done;
    }

    /**
     * Answers now with what is there. For a long poll that another request of its connection queues behind. Does nothing when
     * the fetch is done.
     */
    public void release() {
        if (!done) {
            purgatory.answer(this);
        }
    }

    /** Forgets the fetch without an answer: its connection is gone. Does nothing when the fetch is done. */
    public void drop() {
        if (!done) {
            finish();
        }
    }

    /** Looks at the changed partitions again, once the event that is going on is over. */
    void wake() {
        if (!woken && !done) {
            woken = true;
            purgatory.wake(this);
        }
    }

    /** Another look is worth it when the time is over, whatever happens until then. Does nothing for 0. */
    void wakeAfter(long waitMs) {
        if (waitMs > 0 && nextLook == null && !done) {
            nextLook = purgatory.schedule(this, waitMs);
        }
    }

    /** The wake-up that was asked for is being carried out. */
    void clearWoken() {
        woken = false;
        cancelNextLook();
    }

    private void cancelNextLook() {
        if (nextLook != null) {
            nextLook.cancel();
            nextLook = null;
        }
    }

    void parkUntil(Cancellable newDeadline) {
        deadline = newDeadline;
        session.setParked(this);
        session.startWatching();
    }

    /** Ends the wait and gives the answer. */
    void respond(FetchResponseData response) {
        finish();
        responder.respond(response);
    }

    private void finish() {
        done = true;
        if (deadline != null) {
            deadline.cancel();
            deadline = null;
        }
        cancelNextLook();
        if (session.parked() == this) {
            session.setParked(null);
        }
        if (!session.isCached()) {
            session.stopWatching();
        }
    }

    FetchSession session() {
        return session;
    }

    short version() {
        return version;
    }

    /** Id of the session that the request used; 0 when it used none. */
    int sessionId() {
        return sessionId;
    }

    int minBytes() {
        return minBytes;
    }

    int maxBytes() {
        return maxBytes;
    }

    /** Where the consumer is; empty when it does not say. */
    String clientRack() {
        return clientRack;
    }

    byte isolationLevel() {
        return isolationLevel;
    }

    /** Session epoch of the request; −1 outside a session. */
    int requestEpoch() {
        return requestEpoch;
    }

    /** Epoch of the request whose answer the fetcher had not seen when it sent this one; −1 when there is none. */
    int unseenEpoch() {
        return unseenEpoch;
    }

    /** Whether the answer lists every partition, changed or not. */
    boolean isFull() {
        return sessionId == FetchSession.NO_ID;
    }

    /** Whether the answer opens a session. */
    boolean opensSession() {
        return opensSession;
    }
}
