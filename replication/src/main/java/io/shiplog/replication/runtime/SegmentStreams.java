// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.storage.log.ReceivedSegment;

/** Brings whole segments from other nodes, several at a time, on threads of its own. */
public interface SegmentStreams {
    /** No segments come: records are fetched. */
    SegmentStreams NONE = new SegmentStreams() {
        @Override
        public void receive(SegmentOrder order, SegmentListener listener) {
            throw new IllegalStateException("segments are not shipped here");
        }

        @Override
        public void discard(ReceivedSegment segment) {}
    };

    /**
     * Receives one segment, in its turn: orders wait while enough streams are busy.
     *
     * @param listener told on the loop; of an order that was cancelled it may hear nothing
     */
    void receive(SegmentOrder order, SegmentListener listener);

    /** Removes the file of a segment that is not wanted any more. */
    void discard(ReceivedSegment segment);
}
