// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.snapshot;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.ProposalOutcome;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.RecentProposal;
import io.shiplog.metadata.proto.SnapshotHeader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * An image as bytes.
 *
 * <pre>
 * magic      8 bytes  "SHIPMETA"
 * header     varint length, SnapshotHeader
 * records    varint length, MetadataRecord; until a length of 0 (in format 1: as many as the header says)
 * crc32c     4 bytes, big endian, over everything before it
 * </pre>
 */
public final class SnapshotFormat {
    /** Format number in {@link SnapshotHeader}. */
    public static final int FORMAT = 2;

    /** Said how many records follow, so that all had to be in memory before the first could be written. */
    private static final int COUNTED_FORMAT = 1;

    private static final long MAGIC = 0x534849504d455441L;
    /** No record that we write comes near it; a length beyond it is damage and allocates nothing. */
    private static final int MAX_RECORD_BYTES = 8 << 20;

    private static final int BUFFER_BYTES = 1 << 16;

    private SnapshotFormat() {}

    /** An image together with the place in the Raft log that it stands for; both 0 when that is not known. */
    public record Snapshot(MetadataImage image, long term, long index) {}

    /** Writes the image; flushes, does not close. */
    public static void write(OutputStream out, MetadataImage image, long term, long index) throws IOException {
        CRC32C crc = new CRC32C();
        CodedOutputStream data = CodedOutputStream.newInstance(new CheckedOutputStream(out, crc), BUFFER_BYTES);
        data.writeRawBytes(ByteBuffer.allocate(Long.BYTES).putLong(0, MAGIC));
        data.writeMessageNoTag(header(image, term, index));
        try {
            image.forEachRecord(record -> writeRecord(record, data));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        data.writeUInt32NoTag(0);
        data.flush();
        new DataOutputStream(out).writeInt((int) crc.getValue());
        out.flush();
    }

    private static void writeRecord(MetadataRecord record, CodedOutputStream out) {
        try {
            out.writeMessageNoTag(record);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SnapshotHeader header(MetadataImage image, long term, long index) {
        SnapshotHeader.Builder header = SnapshotHeader.newBuilder()
                .setFormat(FORMAT)
                .setMetadataOffset(image.offset())
                .setTerm(term)
                .setIndex(index);
        for (ProposalOutcome outcome : image.recentProposals()) {
            header.addRecent(RecentProposal.newBuilder()
                    .setProposer(outcome.proposer())
                    .setProposal(outcome.proposal())
                    .setOffsetAfter(outcome.offsetAfter()));
        }
        return header.build();
    }

    /** As {@link #write}, into memory. */
    public static byte[] toBytes(MetadataImage image) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            write(out, image, 0, 0);
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory", e);
        }
        return out.toByteArray();
    }

    /**
     * Reads a snapshot to its end and verifies it.
     *
     * @throws IOException when it is damaged, cut short, followed by something, or of an unknown format
     */
    public static Snapshot read(InputStream in) throws IOException {
        CRC32C crc = new CRC32C();
        DataInputStream data = new DataInputStream(new CheckedInputStream(in, crc));
        if (data.readLong() != MAGIC) {
            throw new IOException("not a metadata snapshot");
        }
        SnapshotHeader header = SnapshotHeader.parseFrom(readDelimited(data));
        if (header.getFormat() != FORMAT && header.getFormat() != COUNTED_FORMAT) {
            throw new IOException("metadata snapshot of unknown format " + header.getFormat());
        }
        Records records = new Records(data, header);
        MetadataImage image = null;
        RuntimeException contradiction = null;
        try {
            image = MetadataImage.fromSnapshot(header, () -> records);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (RuntimeException e) {
            // Damaged bytes may still be records, only not ones that go together: the checksum knows.
            contradiction = e;
            records.skipToEnd();
        }
        int expected = (int) crc.getValue();
        int found = new DataInputStream(in).readInt();
        if (found != expected) {
            throw new IOException("metadata snapshot is damaged: checksum " + Integer.toHexString(found)
                    + " instead of " + Integer.toHexString(expected));
        }
        if (in.read() != -1) {
            throw new IOException("metadata snapshot is followed by other bytes");
        }
        if (contradiction != null) {
            throw contradiction;
        }
        return new Snapshot(image, header.getTerm(), header.getIndex());
    }

    /** The records of a snapshot, read one by one, once. What cannot be read is thrown as an {@link UncheckedIOException}. */
    private static final class Records implements Iterator<MetadataRecord> {
        private final DataInputStream in;
        private final boolean counted;
        private long left;
        private byte[] next;

        Records(DataInputStream in, SnapshotHeader header) {
            this.in = in;
            this.counted = header.getFormat() == COUNTED_FORMAT;
            this.left = counted ? header.getRecords() : Long.MAX_VALUE;
        }

        @Override
        public boolean hasNext() {
            if (next == null && left > 0) {
                try {
                    next = readDelimited(in);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                boolean ends = !counted && next.length == 0;
                left = ends ? 0 : left - 1;
                next = ends ? null : next;
            }
            return next != null;
        }

        @Override
        public MetadataRecord next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            try {
                return MetadataRecord.parseFrom(next);
            } catch (InvalidProtocolBufferException e) {
                throw new UncheckedIOException(e);
            } finally {
                next = null;
            }
        }

        void skipToEnd() throws IOException {
            try {
                while (hasNext()) {
                    next = null;
                }
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }
    }

    public static Snapshot fromBytes(byte[] bytes) throws IOException {
        return read(new ByteArrayInputStream(bytes));
    }

    private static byte[] readDelimited(DataInputStream in) throws IOException {
        int first = in.read();
        if (first == -1) {
            throw new EOFException("metadata snapshot is cut short");
        }
        int length = CodedInputStream.readRawVarint32(first, in);
        if (length < 0 || length > MAX_RECORD_BYTES) {
            throw new IOException("metadata snapshot is damaged: record of " + length + " bytes");
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length != length) {
            throw new EOFException("metadata snapshot is cut short");
        }
        return bytes;
    }
}
