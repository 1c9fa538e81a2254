// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.index;

import java.util.ArrayList;
import java.util.List;

/** Gathers the rows of one partition in the state family, which come in the order of their types. */
final class StoredRows implements RocksStore.RowVisitor {
    private final List<LogCheckpoint> checkpoints = new ArrayList<>(2);
    private final List<SegmentSummary> summaries = new ArrayList<>(2);
    private boolean withAborted;

    @Override
    public boolean visit(byte[] key, byte[] value) {
        byte type = IndexCodec.stateType(key);
        if (type == IndexCodec.CHECKPOINT) checkpoints.add(IndexCodec.decodeCheckpoint(key, value));
        else if (type == IndexCodec.SUMMARY) summaries.add(IndexCodec.decodeSummary(key, value));
        else withAborted = true;
        return !withAborted;
    }

    StoredLog log() {
        return new StoredLog(checkpoints, summaries, withAborted);
    }

    static StoredLog nothing() {
        return new StoredLog(new ArrayList<>(), new ArrayList<>(), false);
    }
}
