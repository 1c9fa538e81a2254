// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.index;

import io.shiplog.storage.model.PartitionKey;
import java.nio.BufferUnderflowException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.rocksdb.RocksDBException;

/** A pass over both families, side by side. Of one thread. */
final class RocksScan implements IndexStore.Scan {
    private final Consumer<Exception> failed;

    /** Null when the store is of no use: then there is nothing in it. */
    private RocksStore.Pass state;

    private RocksStore.Pass index;

    /**
     * Begins the pass.
     *
     * @param rocks null for a store that is of no use
     * @param failed told when the store turns out to be of no use
     */
    RocksScan(RocksStore rocks, Consumer<Exception> failed) throws RocksDBException {
        this.failed = failed;
        if (rocks == null) return;
        state = rocks.pass(RocksStore.Family.STATE);
        try {
            index = rocks.pass(RocksStore.Family.INDEX);
        } catch (RocksDBException e) {
            close();
            throw e;
        }
    }

    /** A pass over nothing. */
    static IndexStore.Scan overNothing() {
        try {
            return new RocksScan(null, e -> {});
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public StoredLog load(PartitionKey partition) {
        if (state == null) return StoredRows.nothing();
        byte[] prefix = IndexCodec.prefix(partition);
        StoredRows rows = new StoredRows();
        try {
            state.forEach(prefix, prefix, rows);
            return rows.log();
        } catch (RocksDBException | BufferUnderflowException | IllegalArgumentException e) {
            giveUp(e);
            return StoredRows.nothing();
        }
    }

    @Override
    public boolean mayHaveBlocksFrom(PartitionKey partition, long segmentBase, int position) {
        if (index == null) return false;
        List<byte[]> first = new ArrayList<>(1);
        byte[] from = IndexCodec.blockKey(partition, segmentBase, position);
        try {
            index.forEach(from, IndexCodec.prefix(partition), (key, value) -> {
                first.add(key);
                return false;
            });
            return !first.isEmpty();
        } catch (RocksDBException e) {
            giveUp(e);
            return false;
        }
    }

    private void giveUp(Exception e) {
        close();
        failed.accept(e);
    }

    @Override
    public void close() {
        if (state != null) state.close();
        if (index != null) index.close();
        state = null;
        index = null;
    }
}
