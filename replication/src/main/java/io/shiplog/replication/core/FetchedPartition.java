// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.Errors;

/**
 * The leader's answer for one partition together with what was asked, so that an answer to an older question is
 * recognised. Mutable, reused from call to call by its owner.
 */
public final class FetchedPartition {
    /** Leader epoch, offset and last epoch that the request carried. */
    public int requestLeaderEpoch;

    public long requestFetchOffset;
    public int requestLastFetchedEpoch;

    public Errors error = Errors.NONE;

    /** The leader's high watermark; −1 when the answer has none. */
    public long highWatermark = -1;

    /** The leader's first offset; −1 when the answer has none. OFFSET_OUT_OF_RANGE carries it as well. */
    public long logStartOffset = -1;

    /** Largest common epoch as the leader sees it, and where it ends there; both −1 when the logs do not diverge. */
    public int divergingEpoch = -1;

    public long divergingEndOffset = -1;

    /** Below it offsets may be missing between the leader's batches, since compaction took them; 0 for none. */
    public long gapsBelow;

    /** What the leader has in sealed segments from the requested offset on, all of it committed; 0 when none begins there. */
    public long sealedBytes;

    /** Batches, valid during the call; null or empty for none. */
    public ByteBuffer records;

    /** Back to "nothing": NONE, no offsets, no records. */
    public void clear() {
        error = Errors.NONE;
        highWatermark = -1;
        logStartOffset = -1;
        divergingEpoch = -1;
        divergingEndOffset = -1;
        gapsBelow = 0;
        sealedBytes = 0;
        records = null;
    }
}
