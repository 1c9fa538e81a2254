// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import java.nio.ByteBuffer;

/**
 * Walks over the batches of a file while its bytes come, in pieces of any size: each byte is looked at once, where it stands, and none is
 * kept but those of a header that two pieces share. Whether batches follow each other is for the {@link Judge} to say. One thread at a time.
 */
public final class ArrivingBatches {
    /** Judges batches by their headers. */
    @FunctionalInterface
    public interface Judge {
        /**
         * The header of the next batch is there, and its length is plausible; its records are not known to be sound yet.
         *
         * @param at where in the buffer it begins; the buffer is valid only within the call
         * @return null, or what is wrong with it
         */
        String problemOf(ByteBuffer header, int at);
    }

    private final Judge judge;
    private final int fileSize;
    private final BatchCrc crc = new BatchCrc();
    /** What has come of a header, when it comes in two pieces. */
    private final ByteBuffer split = ByteBuffer.allocate(RecordBatchHeader.SIZE);

    private int batchAt;
    private int batchEnd;
    private int left;
    private long baseOffset;
    private int expectedCrc;

    /** @param fileSize a batch that would go beyond is none */
    public ArrivingBatches(int fileSize, Judge judge) {
        this.fileSize = fileSize;
        this.judge = judge;
    }

    /**
     * Looks at the next bytes, those between position and limit, which stay as they are.
     *
     * @return null, or what is wrong with the batch at {@link #position}; then nothing more may come
     */
    public String take(ByteBuffer bytes) {
        int end = bytes.limit();
        for (int at = bytes.position(); at < end; ) {
            String problem = null;
            if (left > 0) {
                int now = Math.min(left, end - at);
                crc.update(bytes, at, at + now);
                left -= now;
                at += now;
                if (left == 0) problem = problemOfEnd();
            } else if (split.position() == 0 && end - at >= RecordBatchHeader.SIZE) {
                problem = begin(bytes, at);
                at += RecordBatchHeader.SIZE;
            } else {
                while (at < end && split.hasRemaining()) split.put(bytes.get(at++));
                if (split.hasRemaining()) return null;
                problem = begin(split, 0);
                split.clear();
            }
            if (problem != null) return problem;
        }
        return null;
    }

    /** The header is whole. */
    private String begin(ByteBuffer b, int at) {
        batchAt = batchEnd;
        long size = RecordBatchHeader.sizeInBytes(b, at);
        boolean plausible = RecordBatchHeader.magic(b, at) == 2
                && size >= RecordBatchHeader.SIZE
                && size <= fileSize - batchAt
                && RecordBatchHeader.lastOffsetDelta(b, at) >= 0;
        if (!plausible) return "no whole batch";
        String problem = judge.problemOf(b, at);
        if (problem != null) return problem;
        baseOffset = RecordBatchHeader.baseOffset(b, at);
        expectedCrc = RecordBatchHeader.crc(b, at);
        crc.reset();
        crc.update(b, at + RecordBatchHeader.CRC_COVERS_FROM, at + RecordBatchHeader.SIZE);
        batchEnd += (int) size;
        left = (int) size - RecordBatchHeader.SIZE;
        return left == 0 ? problemOfEnd() : null;
    }

    private String problemOfEnd() {
        if (crc.value() == expectedCrc) return null;
        return "bytes of the batch at offset " + baseOffset + " that do not have its CRC";
    }

    /** Where in the file the batch begins that was looked at last. */
    public int position() {
        return batchAt;
    }

    /** Whether the last batch is whole, and nothing has come behind it. */
    public boolean isBetweenBatches() {
        return left == 0 && split.position() == 0;
    }
}
