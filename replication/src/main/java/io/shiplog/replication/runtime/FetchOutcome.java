// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.storage.log.FoundBatches;
import io.shiplog.storage.model.AbortedTransactions;
import org.apache.kafka.common.protocol.Errors;

/** What a read of one partition gave. Mutable, reused from call to call by its owner. */
public final class FetchOutcome {
    public Errors error = Errors.NONE;

    /** End of what is committed; −1 on most errors. */
    public long highWatermark = -1;

    /** End of what read-committed consumers may see; −1 where there is no high watermark. */
    public long lastStableOffset = -1;

    /** First offset of the log; also set with OFFSET_OUT_OF_RANGE. */
    public long logStartOffset = -1;

    /** Set when the reader's log diverged: it has to truncate, and there are no records. */
    public int divergingEpoch = -1;

    public long divergingEndOffset = -1;

    /** To a follower: below it offsets may be missing between the leader's batches; 0 when none are where the follower is. */
    public long gapsBelow;

    /** To a follower: bytes in sealed, committed segments from where it is; 0 when none begins there. */
    public long sealedBytes;

    /** Whole batches, or none; the caller takes them or releases them before the next read. */
    public final FoundBatches records = new FoundBatches();

    /** To a read-committed consumer: the aborted transactions that have data among the records. */
    public final AbortedTransactions aborted = new AbortedTransactions();

    /** To a consumer: the replica that it should rather read from; −1: this one. */
    public int preferredReadReplica = -1;

    /** Who leads as far as this node knows, for NOT_LEADER_OR_FOLLOWER and FENCED_LEADER_EPOCH; −1 for nobody. */
    public int currentLeaderId = -1;

    public int currentLeaderEpoch = -1;

    /** Back to "nothing"; records that nobody took are given up. */
    public void clear() {
        error = Errors.NONE;
        highWatermark = -1;
        lastStableOffset = -1;
        logStartOffset = -1;
        divergingEpoch = -1;
        divergingEndOffset = -1;
        gapsBelow = 0;
        sealedBytes = 0;
        records.release();
        aborted.clear();
        preferredReadReplica = -1;
        currentLeaderId = -1;
        currentLeaderEpoch = -1;
    }

    /** Nothing but the error. */
    void refuse(Errors refusal) {
        clear();
        error = refusal;
    }
}
