// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** What the generated classes write a response into: plain fields to a buffer, records kept aside with the place they belong to. */
final class FrameWriter extends ByteBufferAccessor {
    private static final int FIRST_CAPACITY = 8;

    private final ByteBuffer buffer;
    private final int start;
    private final List<BaseRecords> records = new ArrayList<>(FIRST_CAPACITY);
    private int[] cuts = new int[FIRST_CAPACITY];

    /** @param buffer written from its position on; what lies before it is not part of the frame */
    FrameWriter(ByteBuffer buffer) {
        super(buffer);
        this.buffer = buffer;
        this.start = buffer.position();
    }

    @Override
    public void writeRecords(BaseRecords written) {
        if (!(written instanceof SliceRecords) && !(written instanceof MemoryRecords)) {
            throw new IllegalArgumentException("cannot send records of " + written.getClass());
        }
        if (written.sizeInBytes() == 0) {
            return;
        }
        if (records.size() == cuts.length) {
            cuts = Arrays.copyOf(cuts, cuts.length * 2);
        }
        cuts[records.size()] = buffer.position() - start;
        records.add(written);
    }

    FetchFrame finish() {
        ByteBuffer written = buffer.slice(start, buffer.position() - start);
        return new FetchFrame(written, records, cuts);
    }
}
