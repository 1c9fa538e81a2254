// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.index;

import io.shiplog.storage.batch.BatchCursor;
import io.shiplog.storage.batch.HeaderCrc;

/**
 * Follows a walk over the batches of a segment file, and tells whether their headers are those that arrived. The verdict on an interval
 * is given with its last batch. Allocates nothing; one walk at a time.
 */
public final class HeaderWatch {
    private HeaderIntervals intervals;
    private int interval;
    private int headerCrc;
    private boolean headersKnown;

    /** The walk begins at the first of the intervals, goes from batch to batch, and need not reach the last one. */
    public void begin(HeaderIntervals walked) {
        intervals = walked;
        interval = 0;
        headerCrc = HeaderCrc.INITIAL;
        headersKnown = true;
    }

    /** Takes in the batch that the cursor stands on; returns what is wrong with it or with the interval that it ends, else null. */
    public String problemOf(BatchCursor batch) {
        if (interval == intervals.count()) return null;
        headerCrc = HeaderCrc.extend(headerCrc, batch.header(), batch.headerAt());
        int end = intervals.toPosition(interval);
        if (batch.endPosition() < end) return null;
        int found = headerCrc;
        boolean known = intervals.isKnown(interval);
        headerCrc = HeaderCrc.INITIAL;
        headersKnown &= known;
        int ended = interval++;
        if (batch.endPosition() > end) return "a batch does not end where the next index interval begins";
        if (!known || intervals.headerCrc(ended) == found) return null;
        return "a header between bytes " + intervals.fromPosition(ended) + " and " + end
                + " is not the one that arrived";
    }

    /**
     * Whether something was known of all intervals that have ended. Where it was not, only the rules that offsets and epochs follow each
     * other and the batches' own CRCs can tell.
     */
    public boolean headersKnown() {
        return headersKnown;
    }
}
