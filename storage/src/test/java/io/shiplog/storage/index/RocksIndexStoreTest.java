// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.batch.HeaderCrc;
import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.model.AbortedTransactions;
import io.shiplog.storage.model.PartitionKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksIndexStoreTest {
    private static final PartitionKey A = new PartitionKey(Uuid.randomUuid(), 1);
    private static final PartitionKey B = new PartitionKey(A.topicId(), 2);

    @TempDir
    Path temp;

    private RocksIndexStore store;

    @BeforeEach
    void open() throws IOException {
        store = RocksIndexStore.open(new DiskLogFiles(), temp);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static IndexBlock block(long base, int from, int to, int step) {
        SparseIndex entries = new SparseIndex();
        for (int p = from; p < to; p += step) entries.add(p / 10, p, 1_700_000_000_000L - p);
        return new IndexBlock(base, from, to, entries, HeaderCrc.UNKNOWN);
    }

    private static SegmentSummary summary(long base, long next) {
        return new SegmentSummary(base, next, 500, 77, base, 3);
    }

    private static LogCheckpoint checkpoint(long offset) {
        return new LogCheckpoint(offset, offset / 2, 99, 4, 5, 6, 38, 3, 0x12345678, new byte[] {1, 2, 3});
    }

    @Test
    void blocksOfASegmentAreJoined() {
        store.put(A, block(100, 0, 1000, 100), null, null);
        store.put(A, block(100, 1000, 2500, 100), null, null);
        store.put(A, block(200, 0, 300, 100), null, null);
        store.put(B, block(100, 0, 300, 50), null, null);
        IndexBlock index = store.index(A, 100);
        assertThat(index.toPosition()).isEqualTo(2500);
        assertThat(index.entries().count()).isEqualTo(25);
        assertThat(index.entries().position(24)).isEqualTo(2400);
        assertThat(index.entries().relativeOffset(24)).isEqualTo(240);
        assertThat(index.entries().maxTimestampBefore(24)).isEqualTo(1_700_000_000_000L - 2400);
    }

    @Test
    void aGapEndsWhatIsKnown() {
        store.put(A, block(100, 0, 1000, 100), null, null);
        store.put(A, block(100, 1100, 2000, 100), null, null);
        assertThat(store.index(A, 100).toPosition()).isEqualTo(1000);
        assertThat(store.index(A, 300).toPosition()).isZero();
    }

    @Test
    void checkpointsAndSummariesComeBackAfterAReopen() throws IOException {
        store.put(A, null, summary(0, 10), checkpoint(10));
        store.put(A, null, summary(10, 20), checkpoint(20));
        store.close();
        open();
        assertThat(store.summaries(A)).containsExactly(summary(0, 10), summary(10, 20));
        assertThat(store.checkpoints(A)).hasSize(2);
        LogCheckpoint last = store.checkpoints(A).get(1);
        assertThat(last.offset()).isEqualTo(20);
        assertThat(last.segmentBase()).isEqualTo(10);
        assertThat(last.position()).isEqualTo(99);
        assertThat(last.state()).containsExactly(1, 2, 3);
        assertThat(store.checkpoints(B)).isEmpty();
    }

    @Test
    void forgetFromRemovesWhatTellsOfTheCutPart() {
        for (long base = 0; base < 40; base += 10) {
            store.put(A, block(base, 0, 100, 10), summary(base, base + 10), checkpoint(base + 10));
        }
        store.put(B, block(20, 0, 100, 10), summary(20, 30), checkpoint(30));
        store.forgetFrom(A, 25, 20);
        assertThat(store.summaries(A)).extracting(SegmentSummary::baseOffset).containsExactly(0L, 10L);
        assertThat(store.checkpoints(A)).extracting(LogCheckpoint::offset).containsExactly(10L, 20L);
        assertThat(store.index(A, 10).toPosition()).isEqualTo(100);
        assertThat(store.index(A, 20).toPosition()).isZero();
        assertThat(store.index(A, 30).toPosition()).isZero();
        assertThat(store.index(B, 20).toPosition()).isEqualTo(100);
        assertThat(store.summaries(B)).hasSize(1);
    }

    @Test
    void forgetBelowRemovesWhatRetentionDeleted() {
        for (long base = 0; base < 40; base += 10) {
            store.put(A, block(base, 0, 100, 10), summary(base, base + 10), checkpoint(base + 10));
        }
        store.forgetBelow(A, 20);
        assertThat(store.summaries(A)).extracting(SegmentSummary::baseOffset).containsExactly(20L, 30L);
        assertThat(store.checkpoints(A)).extracting(LogCheckpoint::offset).containsExactly(20L, 30L, 40L);
        assertThat(store.index(A, 10).toPosition()).isZero();
        assertThat(store.index(A, 20).toPosition()).isEqualTo(100);
    }

    private void putAborted(long base, int firstOrdinal, long... markers) {
        AbortedTransactions entries = new AbortedTransactions();
        for (long marker : markers) entries.add(marker % 7, marker - 5, marker, marker - 9);
        store.putAborted(A, base, firstOrdinal, entries);
    }

    /** "ordinal+n: ..." of the rows. */
    private List<String> aborted(PartitionKey partition, long base, long fromMarker) {
        List<String> rows = new ArrayList<>();
        assertThat(store.aborted(partition, base, fromMarker, (ordinal, block) -> rows.add(ordinal + "+" + block)))
                .isTrue();
        return rows;
    }

    @Test
    void abortedTransactionsAreFoundFromTheRowOnThatMayHoldTheOffset() throws IOException {
        putAborted(100, 0, 110, 120);
        putAborted(100, 2, 130);
        putAborted(200, 0, 210);
        store.close();
        open();
        assertThat(aborted(A, 100, 0))
                .containsExactly("0+[5: 105..110 stable 101, 1: 115..120 stable 111]", "2+[4: 125..130 stable 121]");
        assertThat(aborted(A, 100, 115)).hasSize(2);
        assertThat(aborted(A, 100, 130)).containsExactly("2+[4: 125..130 stable 121]");
        assertThat(aborted(A, 200, 150)).hasSize(1);
        assertThat(aborted(A, 300, 0)).isEmpty();
        assertThat(aborted(B, 100, 0)).isEmpty();
        assertThat(store.load(A).withAborted()).isTrue();
        assertThat(store.load(B).withAborted()).isFalse();
    }

    @Test
    void unknownStableOffsetsAndLargeIdsComeBack() {
        AbortedTransactions entries = new AbortedTransactions();
        entries.add(Long.MAX_VALUE, 0, Long.MAX_VALUE - 1, -1);
        store.putAborted(A, 0, 0, entries);
        assertThat(aborted(A, 0, 0)).containsExactly("0+" + entries);
    }

    @Test
    void abortedTransactionsGoWithTheirSegments() {
        for (long base = 0; base < 50; base += 10) {
            store.put(A, null, summary(base, base + 10), null);
            putAborted(base, 0, base + 5);
            putAborted(base, 1, base + 8);
        }
        store.forgetBelow(A, 20);
        assertThat(aborted(A, 10, 0)).isEmpty();
        assertThat(aborted(A, 20, 0)).hasSize(2);
        store.forgetFrom(A, 45, 40);
        assertThat(aborted(A, 40, 0)).isEmpty();
        assertThat(aborted(A, 30, 0)).hasSize(2);
        store.forgetAbortedFrom(A, 30, 37);
        assertThat(aborted(A, 30, 0)).hasSize(1);
        store.forgetSegments(A, 20, 30);
        assertThat(aborted(A, 20, 0)).isEmpty();
        assertThat(aborted(A, 30, 0)).hasSize(1);
        putAborted(30, 0, 31);
        assertThat(aborted(A, 30, 0)).as("the first ones take the place of all").hasSize(1);
        store.forgetPartition(A);
        assertThat(store.load(A).withAborted()).isFalse();
    }

    @Test
    void aSummaryKeepsWhatWasAborted() throws IOException {
        SegmentSummary with = new SegmentSummary(10, 20, 500, 77, 12, 3, 4, 8);
        store.put(A, null, summary(0, 10), null);
        store.put(A, null, with, null);
        store.close();
        open();
        assertThat(store.summaries(A)).containsExactly(summary(0, 10), with);
        assertThat(IndexCodec.encode(summary(0, 10)))
                .as("as written by a version that knew no transactions")
                .hasSize(33);
    }

    @Test
    void forgetPartitionLeavesTheNeighbour() {
        store.put(A, block(0, 0, 100, 10), summary(0, 10), checkpoint(10));
        store.put(B, block(0, 0, 100, 10), summary(0, 10), checkpoint(10));
        store.forgetPartition(A);
        assertThat(store.summaries(A)).isEmpty();
        assertThat(store.checkpoints(A)).isEmpty();
        assertThat(store.index(A, 0).toPosition()).isZero();
        assertThat(store.index(B, 0).toPosition()).isEqualTo(100);
        assertThat(store.checkpoints(B)).hasSize(1);
    }

    @Test
    void memoryIsBoundedWhateverIsStoredAndRead() {
        int partitions = 1500;
        for (int p = 0; p < partitions; p++) {
            PartitionKey key = new PartitionKey(A.topicId(), p);
            for (int b = 0; b < 4; b++) store.put(key, block(0, b * 100_000, b * 100_000 + 100_000, 100), null, null);
            store.put(key, null, summary(0, 10), checkpoint(10));
        }
        store.flush();
        for (int p = 0; p < partitions; p++) {
            assertThat(store.index(new PartitionKey(A.topicId(), p), 0).toPosition())
                    .isEqualTo(400_000);
        }
        assertThat(store.memoryBytes()).isBetween(1L, 32L << 20);
    }

    @Test
    void useAfterCloseFindsNothingAndIsNoCrash() {
        store.put(A, block(0, 0, 100, 10), summary(0, 10), checkpoint(10));
        store.close();
        assertThat(store.checkpoints(A)).isEmpty();
        store.put(A, null, summary(0, 10), null);
        store.flush();
        assertThat(store.index(A, 0).toPosition()).isZero();
    }

    @Test
    void theLibraryIsUnpackedUnderTheDataDirectoryOrLoadedBefore() {
        Path library = temp.resolve("native");
        assertThat(!Files.exists(library) || Files.isDirectory(library)).isTrue();
        assertThat(Files.exists(temp.resolve("index").resolve("CURRENT"))).isTrue();
    }

    @Test
    void aScanFindsWhatALookUpFindsInAnyOrder() {
        List<PartitionKey> keys = new ArrayList<>();
        for (int topic = 0; topic < 3; topic++) {
            Uuid id = new Uuid(topic == 2 ? -5 : topic, topic == 1 ? -9 : 4);
            for (int i = 0; i < 30; i++) keys.add(new PartitionKey(id, i));
        }
        for (int i = 0; i < keys.size(); i += 2) {
            store.put(keys.get(i), block(100, 0, 500, 100), summary(100, 150), checkpoint(i));
            store.put(keys.get(i), null, null, checkpoint(1_000 + i));
        }
        List<PartitionKey> sorted = new ArrayList<>(keys);
        sorted.sort(IndexStore.ORDER);
        List<PartitionKey> shuffled = new ArrayList<>(keys);
        Collections.shuffle(shuffled, new Random(5));
        for (List<PartitionKey> order : List.of(sorted, shuffled)) {
            try (IndexStore.Scan scan = store.scan()) {
                for (PartitionKey key : order) {
                    StoredLog expected = store.load(key);
                    StoredLog found = scan.load(key);
                    assertThat(found.summaries()).isEqualTo(expected.summaries());
                    assertThat(found.checkpoints()).hasSameSizeAs(expected.checkpoints());
                    for (int c = 0; c < found.checkpoints().size(); c++) {
                        assertThat(found.checkpoints().get(c).offset())
                                .isEqualTo(expected.checkpoints().get(c).offset());
                    }
                    boolean stored = !expected.summaries().isEmpty();
                    assertThat(scan.mayHaveBlocksFrom(key, 100, 0)).isEqualTo(stored);
                    assertThat(scan.mayHaveBlocksFrom(key, 100, 1)).isFalse();
                }
            }
        }
    }

    @Test
    void aStoreThatIsOfNoUseIsScannedAsAnEmptyOne() throws IOException {
        store.put(A, null, summary(1, 2), null);
        store.close();
        try (IndexStore.Scan scan = store.scan()) {
            assertThat(scan.load(A).summaries()).isEmpty();
            assertThat(scan.mayHaveBlocksFrom(A, 0, 0)).isFalse();
        }
    }
}
