// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.proto.MetadataRecord;
import org.junit.jupiter.api.Test;

class CommittedEntriesTest {
    private static final int ALL = 1 << 20;

    private final CommittedEntries ring = new CommittedEntries(1 << 20, 4);

    private static MetadataEntry entry(long offset, int records) {
        MetadataEntry.Builder entry = MetadataEntry.newBuilder().setDecidedOnOffset(offset);
        for (int i = 0; i < records; i++) {
            entry.addRecords(MetadataRecord.newBuilder().setVersion(1));
        }
        return entry.build();
    }

    private void append(int... sizes) {
        for (int size : sizes) {
            ring.append(entry(ring.endOffset(), size).toByteString(), ring.endOffset() + size);
        }
    }

    @Test
    void givesWhatFollowsTheOffset() throws InvalidProtocolBufferException {
        append(2, 3, 1);
        CommittedEntries.Slice slice = ring.read(2, ALL);
        assertThat(slice.kind()).isEqualTo(CommittedEntries.Kind.ENTRIES);
        assertThat(slice.entries()).hasSize(2);
        assertThat(MetadataEntry.parseFrom(slice.entries().get(0))).isEqualTo(entry(2, 3));
        assertThat(MetadataEntry.parseFrom(slice.entries().get(1))).isEqualTo(entry(5, 1));
        assertThat(slice.endOffset()).isEqualTo(6);
    }

    @Test
    void nothingNewAtTheEndAndAheadOfIt() {
        append(2);
        assertThat(ring.read(2, ALL).kind()).isEqualTo(CommittedEntries.Kind.NOTHING_NEW);
        assertThat(ring.read(99, ALL).kind()).isEqualTo(CommittedEntries.Kind.NOTHING_NEW);
    }

    @Test
    void forgetsTheOldestAndSendsTheirReadersToASnapshot() {
        append(1, 1, 1, 1, 1, 1);
        assertThat(ring.read(1, ALL).kind()).isEqualTo(CommittedEntries.Kind.BEHIND);
        assertThat(ring.read(2, ALL).entries()).hasSize(4);
    }

    @Test
    void boundedByBytesButKeepsTheNewest() {
        CommittedEntries small = new CommittedEntries(1, 100);
        small.append(entry(0, 5).toByteString(), 5);
        small.append(entry(5, 5).toByteString(), 10);
        assertThat(small.read(0, ALL).kind()).isEqualTo(CommittedEntries.Kind.BEHIND);
        assertThat(small.read(5, ALL).entries()).hasSize(1);
    }

    @Test
    void anOffsetBetweenEntriesNeedsASnapshot() {
        append(2, 3);
        assertThat(ring.read(1, ALL).kind()).isEqualTo(CommittedEntries.Kind.BEHIND);
        assertThat(ring.read(3, ALL).kind()).isEqualTo(CommittedEntries.Kind.BEHIND);
    }

    @Test
    void aSliceHoldsOneEntryAtLeast() {
        append(2, 3);
        assertThat(ring.read(0, 0).entries()).hasSize(1);
    }

    @Test
    void aReplacedImageBeginsAnew() {
        append(2);
        ring.reset(50);
        assertThat(ring.read(2, ALL).kind()).isEqualTo(CommittedEntries.Kind.BEHIND);
        assertThat(ring.read(50, ALL).kind()).isEqualTo(CommittedEntries.Kind.NOTHING_NEW);
        append(1);
        assertThat(ring.read(50, ALL).entries()).hasSize(1);
    }

    @Test
    void entriesWithoutRecordsAreNothingToAReader() {
        append(2);
        ring.append(entry(2, 0).toByteString(), 2);
        assertThat(ring.read(2, ALL).kind()).isEqualTo(CommittedEntries.Kind.NOTHING_NEW);
    }

    @Test
    void everyKeptEntryIsFoundHoweverManyCameAndWent() {
        int kept = 100;
        CommittedEntries many = new CommittedEntries(1 << 20, kept);
        for (int offset = 0; offset < 3 * kept; offset++) {
            many.append(entry(offset, 1).toByteString(), offset + 1);
        }
        for (int offset = 2 * kept; offset < 3 * kept; offset++) {
            CommittedEntries.Slice slice = many.read(offset, ALL);
            assertThat(slice.entries()).hasSize(3 * kept - offset);
            assertThat(slice.entries().get(0)).isEqualTo(entry(offset, 1).toByteString());
        }
        assertThat(many.read(2 * kept - 1, ALL).kind()).isEqualTo(CommittedEntries.Kind.BEHIND);
    }
}
