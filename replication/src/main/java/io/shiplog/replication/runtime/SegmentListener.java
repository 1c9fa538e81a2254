// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.storage.log.ReceivedSegment;
import io.shiplog.storage.log.SealedSegment;

/** Hears what becomes of one {@link SegmentOrder}; on the loop. {@link #failed} may come at any time, and nothing after it. */
public interface SegmentListener {
    /** Why a segment does not come. */
    enum Failure {
        /** No sealed segment begins there, or none that is committed as a whole. */
        NOTHING_THERE,
        /** Its holder refuses, cannot be reached, or sends what is not sound. */
        SOURCE,
        /** This node cannot take it: no room, the log is gone. */
        HERE
    }

    /** First: this is what is going to come. */
    void described(SealedSegment segment);

    /** Then: it is there, whole, sound, and on the disk. It belongs to the listener. */
    void received(ReceivedSegment segment);

    /**
     * It does not come.
     *
     * @param why in words, for a log line
     */
    void failed(Failure failure, String why);
}
