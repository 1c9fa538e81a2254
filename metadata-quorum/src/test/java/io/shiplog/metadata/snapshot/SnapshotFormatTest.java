// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.model.InvariantViolation;
import io.shiplog.metadata.proto.ClusterRecord;
import io.shiplog.metadata.proto.ConfigRecord;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.PartitionRecord;
import io.shiplog.metadata.proto.PartitionState;
import io.shiplog.metadata.proto.SnapshotHeader;
import io.shiplog.metadata.proto.TopicRecord;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class SnapshotFormatTest {
    private static final long MAGIC = 0x534849504d455441L;
    private static final Uuid TOPIC = new Uuid(4, 5);

    private static MetadataImage image() {
        MetadataEntry.Builder entry = MetadataEntry.newBuilder().setProposer(7).setProposal(1);
        entry.addRecords(
                ImageRecords.record().setCluster(ClusterRecord.newBuilder().setClusterId("c")));
        entry.addRecords(ImageRecords.record()
                .setTopic(TopicRecord.newBuilder()
                        .setTopicId(Uuids.toBytes(TOPIC))
                        .setName("t")));
        for (int i = 0; i < 100; i++) {
            entry.addRecords(partition(i));
        }
        entry.addRecords(ImageRecords.record()
                .setConfig(ConfigRecord.newBuilder()
                        .setResource(ImageRecords.topicResource(TOPIC))
                        .setKey("k")
                        .setValue("v")));
        return MetadataImage.empty().apply(entry.build());
    }

    private static MetadataRecord.Builder partition(int number) {
        return ImageRecords.record()
                .setPartition(PartitionRecord.newBuilder()
                        .setTopicId(Uuids.toBytes(TOPIC))
                        .setPartition(number)
                        .addAllReplicas(List.of(1, 2, 3))
                        .setState(PartitionState.newBuilder().setLeader(1).addAllIsr(List.of(1, 2, 3))));
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SnapshotFormat.write(out, image(), 3, 9);
        SnapshotFormat.Snapshot read = SnapshotFormat.fromBytes(out.toByteArray());
        assertThat(read.term()).isEqualTo(3);
        assertThat(read.index()).isEqualTo(9);
        assertThat(read.image().offset()).isEqualTo(103);
        assertThat(read.image().stateHash()).isEqualTo(image().stateHash());
        assertThat(read.image().toRecords()).isEqualTo(image().toRecords());
        assertThat(read.image().recentProposals()).isEqualTo(image().recentProposals());
    }

    @Test
    void anEmptyImageIsReadToo() throws IOException {
        MetadataImage read = SnapshotFormat.fromBytes(SnapshotFormat.toBytes(MetadataImage.empty()))
                .image();
        assertThat(read.toRecords()).isEmpty();
    }

    @Test
    void everyFlippedByteIsNoticed() {
        byte[] bytes = SnapshotFormat.toBytes(image());
        for (int i = 0; i < bytes.length; i++) {
            byte[] damaged = bytes.clone();
            damaged[i] ^= 0x10;
            assertThatThrownBy(() -> SnapshotFormat.fromBytes(damaged))
                    .as("byte %d", i)
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void everyMissingEndIsNoticed() {
        byte[] bytes = SnapshotFormat.toBytes(image());
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> SnapshotFormat.fromBytes(cut))
                    .as("cut to %d", length)
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void nothingMayFollow() {
        byte[] bytes = SnapshotFormat.toBytes(image());
        assertThatThrownBy(() -> SnapshotFormat.fromBytes(Arrays.copyOf(bytes, bytes.length + 1)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("followed");
    }

    @Test
    void formatThatCountsItsRecordsIsReadStill() throws IOException {
        byte[] counted = sealed(1, image().toRecords().size(), image().toRecords());
        assertThat(SnapshotFormat.fromBytes(counted).image().stateHash()).isEqualTo(image().stateHash());
    }

    @Test
    void formatOfTheFutureIsRefused() {
        assertThatThrownBy(() -> SnapshotFormat.fromBytes(sealed(3, 0, List.of())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("unknown format 3");
    }

    /** A whole file whose records contradict each other was written so: no damage of the disk, and not to be taken for it. */
    @Test
    void contradictionUnderAGoodChecksumIsAnInvariantViolation() {
        assertThatThrownBy(() -> SnapshotFormat.fromBytes(
                        sealed(1, 1, List.of(partition(0).build()))))
                .isInstanceOf(InvariantViolation.class)
                .hasMessageContaining("unknown topic");
    }

    private static byte[] sealed(int format, int count, List<MetadataRecord> records) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeLong(MAGIC);
        SnapshotHeader.newBuilder().setFormat(format).setRecords(count).build().writeDelimitedTo(out);
        for (MetadataRecord record : records) {
            record.writeDelimitedTo(out);
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes.toByteArray());
        out.writeInt((int) crc.getValue());
        return bytes.toByteArray();
    }
}
