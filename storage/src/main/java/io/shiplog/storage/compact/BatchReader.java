// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.compact;

import io.shiplog.storage.batch.BatchValidator;
import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.files.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.Errors;

/**
 * Reads the batches of a segment file one after the other, whole, and checks the CRC of each: damage must not get a sound CRC by
 * being written anew. The buffer grows to the largest batch that is there. One thread.
 */
final class BatchReader {
    private static final int FIRST_BUFFER_BYTES = 256 * 1024;

    private final BatchValidator validator = new BatchValidator();
    private final Pace pace;
    private ByteBuffer buffer = ByteBuffer.allocate(FIRST_BUFFER_BYTES);
    private LogFile file;
    private long position;
    private long limit;
    private int at;
    private int size;

    BatchReader(Pace pace) {
        this.pace = pace;
    }

    /** Begins at a batch boundary; the first {@link #next} stands on the batch there. */
    void open(LogFile source, long from, long end) {
        file = source;
        position = from;
        limit = end;
        at = 0;
        size = 0;
        buffer.clear().limit(0);
    }

    /** Goes to the next batch; false at the end. */
    boolean next() throws IOException, CleaningAborted, UncleanableLog {
        position += size;
        at += size;
        size = 0;
        if (position == limit) return false;
        if (limit - position < RecordBatchHeader.SIZE) throw damaged("fewer bytes are left than a batch has");
        require(RecordBatchHeader.SIZE);
        long declared = RecordBatchHeader.sizeInBytes(buffer, at);
        if (declared < RecordBatchHeader.SIZE || declared > limit - position)
            throw damaged("the length makes no sense");
        require((int) declared);
        if (validator.validateTrusted(buffer, at, at + (int) declared) != Errors.NONE) {
            throw damaged(validator.problem());
        }
        size = (int) declared;
        return true;
    }

    Pace pace() {
        return pace;
    }

    ByteBuffer buffer() {
        return buffer;
    }

    /** Where in the buffer the batch begins. */
    int at() {
        return at;
    }

    int sizeInBytes() {
        return size;
    }

    /** Where in the file it begins. */
    long position() {
        return position;
    }

    boolean isLast() {
        return position + size == limit;
    }

    long baseOffset() {
        return RecordBatchHeader.baseOffset(buffer, at);
    }

    long lastOffset() {
        return RecordBatchHeader.lastOffset(buffer, at);
    }

    int leaderEpoch() {
        return RecordBatchHeader.leaderEpoch(buffer, at);
    }

    private void require(int bytes) throws IOException, CleaningAborted, UncleanableLog {
        if (buffer.limit() - at >= bytes) return;
        if (bytes > buffer.capacity()) buffer = ByteBuffer.allocate(bytes);
        buffer.clear().limit((int) Math.min(buffer.capacity(), limit - position));
        int count = file.read(buffer, position);
        buffer.flip();
        at = 0;
        if (count < bytes) throw damaged("the file ends before it");
        pace.moved(count);
    }

    private UncleanableLog damaged(String why) {
        return new UncleanableLog("no sound batch at byte " + position + ": " + why);
    }
}
