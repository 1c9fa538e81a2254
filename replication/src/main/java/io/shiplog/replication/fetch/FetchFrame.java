// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * An encoded Fetch response: one buffer with everything but the records, and the records where they belong between its bytes.
 *
 * <pre>
 * buffer:   [length, header, ... records length | tags, next partition ... records length | tags]
 *                                               ^ cut 0                                   ^ cut 1
 * on wire:  bytes up to cut 0, records 0, bytes up to cut 1, records 1, the rest
 * </pre>
 *
 * <p>The frame owns its slices until {@link #writeTo} hands them over or {@link #release} gives them up; exactly one of the two
 * is called, once.
 */
public final class FetchFrame {
    private final ByteBuffer buffer;
    private final List<BaseRecords> records;
    private final int[] cuts;
    private final int sizeInBytes;
    private boolean open = true;

    FetchFrame(ByteBuffer buffer, List<BaseRecords> records, int[] cuts) {
        this.buffer = buffer;
        this.records = records;
        this.cuts = cuts;
        int size = buffer.remaining();
        for (int i = 0; i < records.size(); i++) {
            size += records.get(i).sizeInBytes();
        }
        this.sizeInBytes = size;
    }

    /** Bytes on the wire, the leading length included. */
    public int sizeInBytes() {
        return sizeInBytes;
    }

    /** Hands all parts over, in order; the slices belong to the sink. */
    public void writeTo(FrameSink sink) {
        close();
        int from = 0;
        for (int i = 0; i < records.size(); i++) {
            bytes(sink, from, cuts[i]);
            from = cuts[i];
            if (records.get(i) instanceof SliceRecords slice) {
                sink.slice(slice.slice());
            } else {
                sink.bytes(((MemoryRecords) records.get(i)).buffer());
            }
        }
        bytes(sink, from, buffer.limit());
    }

    /** Gives the slices up: the frame will not be sent. */
    public void release() {
        close();
        for (int i = 0; i < records.size(); i++) {
            if (records.get(i) instanceof SliceRecords slice) {
                slice.slice().release();
            }
        }
    }

    private void bytes(FrameSink sink, int from, int to) {
        if (to > from) {
            sink.bytes(buffer.slice(from, to - from));
        }
    }

    private void close() {
        if (!open) {
            throw new IllegalStateException("a frame is written or released once");
        }
        open = false;
    }
}
