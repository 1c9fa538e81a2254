// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.batch.TestBatches;
import io.shiplog.storage.model.AbortedTransactions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The last stable offset and the aborted transactions of a log, through all that happens to it. */
class TransactionsTest {
    @TempDir
    Path temp;

    private TestDirectory directory;
    private PartitionLog log;
    private final MemoryIndexStore index = new MemoryIndexStore();
    private final int[] sequences = new int[10];

    @BeforeEach
    void open() {
        directory = new TestDirectory(temp);
        directory.memoryIndex = index;
        directory.open();
        log = directory.create(0);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private AppendOutcome append(ByteBuffer batch, AppendOrigin origin) {
        AppendOutcome outcome = log.appendAsLeader(batch, 1, 2000, origin);
        assertThat(outcome.error()).as(outcome.message()).isEqualTo(Errors.NONE);
        return outcome;
    }

    /** One batch of a transaction of one of a few producers. */
    private long data(int producer, String value) {
        ByteBuffer batch = TestBatches.transactional(producer, 0, sequences[producer]++, value);
        return append(batch, AppendOrigin.TRANSACTION).baseOffset();
    }

    private long end(int producer, boolean commit) {
        return append(TestBatches.marker(producer, 0, commit, 1), AppendOrigin.COORDINATOR)
                .baseOffset();
    }

    private long plain(String value) {
        return append(TestBatches.batch(1000, value), AppendOrigin.CLIENT).baseOffset();
    }

    private void commitAll() {
        log.updateHighWatermark(log.logEndOffset());
    }

    private long stable() {
        return log.lastStableOffset(log.highWatermarkCheckpoint());
    }

    private String aborted(long from, long to) {
        AbortedTransactions found = new AbortedTransactions();
        assertThat(log.abortedTransactions(from, to, 1000, found)).isTrue();
        List<String> words = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) words.add(found.producerId(i) + "@" + found.firstOffset(i));
        return String.join(" ", words);
    }

    private void restart() {
        directory.kill();
        directory.open();
        log = directory.log(0);
    }

    /** What read-committed consumers see is what it should be, however they read. */
    private void check() {
        var batches = LogPromise.batches(log);
        long start = log.logStartOffset();
        for (int maxBytes : new int[] {1, 300, 1 << 20}) {
            ReadCommitted.check(log, batches, start, maxBytes, stable(), "in reads of " + maxBytes);
        }
    }

    /** Some hundred transactions of a few producers, that overlap; every third is aborted. Segments roll meanwhile. */
    private void fill(int transactions) {
        boolean[] open = new boolean[4];
        int ended = 0;
        for (int i = 0; ended < transactions; i++) {
            int producer = i % 4;
            if (!open[producer] || i % 3 == 0) {
                data(producer, value(log.logEndOffset(), 20 + i % 50));
                open[producer] = true;
            } else {
                end(producer, ended++ % 3 != 0);
                open[producer] = false;
            }
            if (i % 5 == 0) plain(value(log.logEndOffset(), 30));
        }
        for (int producer = 0; producer < 4; producer++) if (open[producer]) end(producer, producer % 2 == 0);
    }

    @Test
    void theLastStableOffsetIsWhereTheEarliestUndecidedTransactionBegins() {
        plain("a");
        long first = data(1, "b");
        long second = data(2, "c");
        assertThat(stable()).as("not above the high watermark").isZero();
        commitAll();
        assertThat(stable()).isEqualTo(first);
        end(1, true);
        assertThat(stable()).as("the end is not committed").isEqualTo(first);
        commitAll();
        assertThat(stable()).isEqualTo(second);
        end(2, false);
        commitAll();
        assertThat(stable()).isEqualTo(log.logEndOffset());
        assertThat(log.lastStableOffset(2)).isEqualTo(2);
        check();
    }

    @Test
    void abortedTransactionsAreNamedToWhoReadsTheirData() {
        plain("a");
        data(1, "b");
        data(2, "c");
        end(1, false);
        data(1, "d");
        end(2, false);
        end(1, true);
        commitAll();
        assertThat(aborted(0, 1)).isEmpty();
        assertThat(aborted(0, 2)).isEqualTo("1@1");
        assertThat(aborted(0, 7)).isEqualTo("1@1 2@2");
        assertThat(aborted(3, 7)).as("its marker is at 3").isEqualTo("1@1 2@2");
        assertThat(aborted(4, 7)).isEqualTo("2@2");
        assertThat(aborted(6, 7)).isEmpty();
        check();
    }

    @Test
    void theMarkerMayStandManySegmentsBehindTheData() {
        long first = data(1, "x");
        for (int i = 0; i < 60; i++) plain(value(i, 300));
        data(2, "y");
        end(2, false);
        for (int i = 0; i < 60; i++) plain(value(i, 300));
        end(1, false);
        commitAll();
        assertThat(log.state().segments.count()).isGreaterThan(5);
        assertThat(aborted(first, first + 1)).isEqualTo("1@0");
        assertThat(aborted(40, 41)).isEqualTo("1@0");
        check();
    }

    @Test
    void aLogWithoutTransactionsNeverAsksTheStore() throws IOException {
        for (int i = 0; i < 40; i++) plain(value(i, 300));
        directory.housekeeping(true);
        commitAll();
        assertThat(aborted(0, 40)).isEmpty();
        assertThat(stable()).isEqualTo(40);
        restart();
        assertThat(aborted(0, 40)).isEmpty();
        assertThat(index.abortedAsked).isZero();
        assertThat(log.state().mayHaveAborted).isFalse();
    }

    @Test
    void whoReadsAtTheTailIsAnsweredFromMemory() throws IOException {
        fill(100);
        directory.housekeeping(true);
        commitAll();
        assertThat(index.abortedRows()).isPositive();
        int before = index.abortedAsked;
        long tail = data(1, "t");
        end(1, false);
        assertThat(aborted(tail, tail + 2)).isEqualTo("1@" + tail);
        assertThat(index.abortedAsked).isEqualTo(before);
        assertThat(aborted(0, tail)).isNotEmpty();
        assertThat(index.abortedAsked).isGreaterThan(before);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everythingIsKnownAfterARestart(boolean checkpoint) throws IOException {
        fill(80);
        if (checkpoint) directory.housekeeping(true);
        fill(10);
        long open = data(5, "open");
        plain("behind");
        commitAll();
        directory.housekeeping(false);
        String before = aborted(0, log.logEndOffset());
        restart();
        commitAll();
        assertThat(stable()).isEqualTo(open);
        assertThat(aborted(0, log.logEndOffset())).isEqualTo(before);
        check();
        end(5, false);
        commitAll();
        assertThat(aborted(open, open + 1)).isEqualTo("5@" + open);
        check();
    }

    @Test
    void checkpointsOfLogsWithoutTransactionsAreThoseOfAVersionThatKnewNone() throws IOException {
        plain("a");
        directory.housekeeping(true);
        assertThat(index.checkpoints(log.key()).get(0).state()[0]).isEqualTo((byte) 1);
        data(1, "b");
        directory.clock.advance(20_000);
        directory.housekeeping(true);
        assertThat(index.checkpoints(log.key()).get(1).state()[0]).isEqualTo((byte) 2);
    }

    @Test
    void anEndThatWasNotCommittedIsRememberedBySnapshots() throws IOException {
        data(1, "a");
        commitAll();
        long hw = log.logEndOffset();
        end(1, true);
        plain("b");
        directory.housekeeping(true);
        restart();
        assertThat(log.highWatermarkCheckpoint()).isEqualTo(hw);
        assertThat(log.lastStableOffset(log.logEndOffset())).isZero();
        commitAll();
        assertThat(stable()).isEqualTo(log.logEndOffset());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatTheStoreLostIsLookedForInTheSegments(boolean all) throws IOException {
        fill(300);
        commitAll();
        directory.housekeeping(true);
        directory.housekeeping(true);
        String before = aborted(0, log.logEndOffset());
        restart();
        commitAll();
        index.forgetAborted(all);
        assertThat(index.abortedRows() == 0 || !all).isTrue();
        assertThat(aborted(0, log.logEndOffset())).isEqualTo(before);
        check();
        directory.awaitBackground();
        restart();
        commitAll();
        assertThat(index.abortedRows()).as("they are in the store again").isPositive();
        assertThat(aborted(0, log.logEndOffset())).isEqualTo(before);
    }

    @Test
    void whatTheStoreKnowsOfALostPastIsForgotten() throws IOException {
        fill(30);
        directory.housekeeping(true);
        MemoryIndexStore early = index.copy();
        fill(30);
        directory.housekeeping(true);
        String before = aborted(0, log.logEndOffset());
        directory.kill();
        // The checkpoints are of before, the rows of aborted transactions of later: as when the log of the store was
        // cut.
        directory.memoryIndex = early.withAbortedOf(index);
        directory.open();
        log = directory.log(0);
        commitAll();
        assertThat(aborted(0, log.logEndOffset())).isEqualTo(before);
        directory.housekeeping(true);
        restart();
        commitAll();
        assertThat(aborted(0, log.logEndOffset())).isEqualTo(before);
        check();
    }

    @Test
    void aCutThatTakesTheMarkerOpensTheTransactionAgain() throws IOException {
        data(1, "a");
        data(2, "b");
        directory.housekeeping(true);
        log.updateHighWatermark(2);
        long marker = end(1, false);
        end(2, true);
        plain("c");
        assertThat(aborted(0, 5)).isEqualTo("1@0");
        directory.housekeeping(true);
        log.truncateTo(marker);
        assertThat(aborted(0, 5)).isEmpty();
        assertThat(stable()).isZero();
        end(1, true);
        end(2, false);
        commitAll();
        assertThat(stable()).isEqualTo(log.logEndOffset());
        assertThat(aborted(0, 5)).isEqualTo("2@1");
        check();
        restart();
        commitAll();
        assertThat(aborted(0, 5)).isEqualTo("2@1");
    }

    @Test
    void aCutInALogOfManyTransactionsLeavesThoseBeforeIt() throws IOException {
        fill(200);
        directory.housekeeping(true);
        long middle = log.logEndOffset() / 2;
        log.truncateTo(middle);
        commitAll();
        check();
        directory.housekeeping(true);
        restart();
        commitAll();
        check();
        log.truncateFullyAndStartAt(5000);
        assertThat(log.lastStableOffset(6000)).isEqualTo(6000);
        assertThat(aborted(0, 6000)).isEmpty();
        assertThat(index.abortedRows()).isZero();
    }

    @Test
    void retentionTakesWhatIsKnownOfItsSegments() throws IOException {
        fill(300);
        commitAll();
        directory.housekeeping(true);
        directory.housekeeping(true);
        int rows = index.abortedRows();
        long start = log.logEndOffset() / 2;
        log.advanceLogStart(start);
        directory.awaitBackground();
        assertThat(index.abortedRows()).isLessThan(rows);
        check();
        restart();
        commitAll();
        check();
    }

    @Test
    void anOpenTransactionThatBeganBelowTheStartHoldsEverything() {
        data(1, "a");
        long start = plain("b");
        plain("c");
        commitAll();
        log.advanceLogStart(start);
        assertThat(stable()).isEqualTo(start);
        end(1, false);
        commitAll();
        assertThat(stable()).isEqualTo(log.logEndOffset());
        check();
    }

    @Test
    void ordinaryClientsMayNotWriteInTransactions() {
        AppendOutcome outcome = log.appendAsLeader(TestBatches.transactional(1, 0, 0, "a"), 1, 2000, true);
        assertThat(outcome.error()).isEqualTo(Errors.INVALID_TXN_STATE);
        assertThat(outcome.message()).isEqualTo("transactions are not served");
        outcome = log.appendAsLeader(TestBatches.marker(1, 0, true, 1), 1, 2000, AppendOrigin.TRANSACTION);
        assertThat(outcome.error()).as("markers are not for clients").isEqualTo(Errors.INVALID_RECORD);
        assertThat(log.logEndOffset()).isZero();
    }

    @Test
    void oldEpochsAreFencedOnTheLeader() {
        data(1, "a");
        append(TestBatches.marker(1, 0, true, 7), AppendOrigin.COORDINATOR);
        assertThat(log.appendAsLeader(TestBatches.marker(1, 0, true, 6), 1, 2000, AppendOrigin.COORDINATOR)
                        .error())
                .isEqualTo(Errors.TRANSACTION_COORDINATOR_FENCED);
        append(TestBatches.marker(1, 3, false, 7), AppendOrigin.COORDINATOR_WITH_NEW_EPOCH);
        assertThat(log.appendAsLeader(TestBatches.marker(1, 2, true, 8), 1, 2000, AppendOrigin.COORDINATOR)
                        .error())
                .isEqualTo(Errors.INVALID_PRODUCER_EPOCH);
        AppendOutcome late =
                log.appendAsLeader(TestBatches.transactional(1, 2, 0, "z"), 1, 2000, AppendOrigin.COORDINATOR);
        assertThat(late.error()).isEqualTo(Errors.INVALID_PRODUCER_EPOCH);
        ByteBuffer two = TestBatches.concat(TestBatches.batch(1, "a"), TestBatches.marker(1, 3, true, 9));
        assertThat(log.appendAsLeader(two, 1, 2000, AppendOrigin.COORDINATOR).error())
                .as("a marker comes alone")
                .isEqualTo(Errors.INVALID_RECORD);
    }

    @Test
    void aBatchOutsideOfTheOpenTransactionIsRefused() {
        data(1, "a");
        AppendOutcome outcome = log.appendAsLeader(TestBatches.idempotent(1, 0, 1, "b"), 1, 2000, true);
        assertThat(outcome.error()).isEqualTo(Errors.INVALID_TXN_STATE);
        end(1, true);
        assertThat(log.appendAsLeader(TestBatches.idempotent(1, 0, 1, "b"), 1, 2000, true)
                        .error())
                .isEqualTo(Errors.NONE);
    }

    @Test
    void aFollowerComesToTheSameByItself() {
        fill(60);
        long open = data(7, "open");
        commitAll();
        PartitionLog follower = directory.create(1);
        for (long at = 0; at < log.logEndOffset(); ) {
            LogSlice slice = log.read(at, 1000, Long.MAX_VALUE, true);
            ByteBuffer bytes = ByteBuffer.allocate(slice.sizeInBytes());
            slice.copyTo(bytes);
            at = slice.nextOffset();
            slice.release();
            assertThat(follower.appendAsFollower(bytes.flip(), 1).error()).isEqualTo(Errors.NONE);
        }
        String expected = aborted(0, log.logEndOffset());
        follower.updateHighWatermark(follower.logEndOffset());
        log = follower;
        assertThat(stable()).isEqualTo(open);
        assertThat(aborted(0, log.logEndOffset())).isEqualTo(expected);
        check();
    }

    @Test
    void aReadThatMeetsTooManyIsToldSo() {
        for (int i = 0; i < 20; i++) {
            data(1, "a");
            end(1, false);
        }
        AbortedTransactions found = new AbortedTransactions();
        assertThat(log.abortedTransactions(0, 40, 10, found)).isFalse();
        assertThat(found.size()).isLessThanOrEqualTo(11);
        found.clear();
        assertThat(log.abortedTransactions(0, 40, 20, found)).isTrue();
        assertThat(found.size()).isEqualTo(20);
    }

    @Test
    void memoryHoldsOnlyTheLatest() throws IOException {
        directory.close();
        directory.config = TestDirectory.config(1 << 24, 4096);
        directory.open();
        log = directory.log(0);
        for (int i = 0; i < 3 * AbortedIndex.KEPT_IN_MEMORY; i++) {
            data(1, "a");
            end(1, false);
        }
        directory.housekeeping(true);
        AbortedIndex aborted = log.state().segments.active().aborted;
        assertThat(aborted.memory().size()).isEqualTo(AbortedIndex.KEPT_IN_MEMORY);
        assertThat(aborted.count()).isEqualTo(3 * AbortedIndex.KEPT_IN_MEMORY);
        commitAll();
        check();
        int before = index.abortedAsked;
        long tail = log.logEndOffset() - 100;
        assertThat(aborted(tail, tail + 1)).isNotEmpty();
        assertThat(index.abortedAsked).isEqualTo(before);
    }
}
