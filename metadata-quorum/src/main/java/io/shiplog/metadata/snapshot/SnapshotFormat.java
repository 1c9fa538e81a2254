// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.snapshot;

import com.google.protobuf.CodedInputStream;
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
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * An image as bytes.
 *
 * <pre>
 * magic      8 bytes  "SHIPMETA"
 * header     varint length, SnapshotHeader
 * records    varint length, MetadataRecord; as many as the header says
 * crc32c     4 bytes, big endian, over everything before it
 * </pre>
 */
public final class SnapshotFormat {
    /** Format number in {@link SnapshotHeader}. */
    public static final int FORMAT = 1;

    private static final long MAGIC = 0x534849504d455441L;
    /** No record that we write comes near it; a length beyond it is damage and allocates nothing. */
    private static final int MAX_RECORD_BYTES = 8 << 20;

    private SnapshotFormat() {}

    /** An image together with the place in the Raft log that it stands for; both 0 when that is not known. */
    public record Snapshot(MetadataImage image, long term, long index) {}

    /** Writes the image; flushes, does not close. */
    public static void write(OutputStream out, MetadataImage image, long term, long index) throws IOException {
        CRC32C crc = new CRC32C();
        DataOutputStream data = new DataOutputStream(new CheckedOutputStream(out, crc));
        List<MetadataRecord> records = image.toRecords();
        data.writeLong(MAGIC);
        header(image, term, index, records.size()).writeDelimitedTo(data);
        for (MetadataRecord record : records) {
            record.writeDelimitedTo(data);
        }
        data.flush();
        new DataOutputStream(out).writeInt((int) crc.getValue());
        out.flush();
    }

    private static SnapshotHeader header(MetadataImage image, long term, long index, int records) {
        SnapshotHeader.Builder header = SnapshotHeader.newBuilder()
                .setFormat(FORMAT)
                .setMetadataOffset(image.offset())
                .setTerm(term)
                .setIndex(index)
                .setRecords(records);
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
        if (header.getFormat() != FORMAT) {
            throw new IOException("metadata snapshot of unknown format " + header.getFormat());
        }
        List<MetadataRecord> records = new ArrayList<>();
        for (long i = 0; i < header.getRecords(); i++) {
            records.add(MetadataRecord.parseFrom(readDelimited(data)));
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
        return new Snapshot(MetadataImage.fromSnapshot(header, records), header.getTerm(), header.getIndex());
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
