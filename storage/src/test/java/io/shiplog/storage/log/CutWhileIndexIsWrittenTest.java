// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.append;
import static io.shiplog.storage.log.TestDirectory.readAll;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.batch.TestBatches;
import io.shiplog.storage.files.SmallDiskLogFiles;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An append that has to cut the log waits for the index to be written, as a truncation does. */
class CutWhileIndexIsWrittenTest {
    private static final int DISK = 1_000_000;
    private static final int PATIENCE_S = 60;

    @TempDir
    Path temp;

    private final SmallDiskLogFiles disk = new SmallDiskLogFiles(DISK);
    private final CountDownLatch written = new CountDownLatch(1);
    private TestDirectory directory;
    private PartitionLog log;

    @BeforeEach
    void open() {
        directory = new TestDirectory(temp.resolve("data"), disk);
        directory.memoryIndex = new MemoryIndexStore();
        directory.config = TestDirectory.config(100_000, 4096).withSpace(SpaceSettings.NONE);
        directory.open();
        log = directory.create(0);
    }

    @AfterEach
    void close() {
        written.countDown();
        directory.close();
    }

    /** Begins to write the index, carries an append out, and ends the write when that waits, or is over. */
    private Errors whileWriting(Callable<AppendOutcome> append) throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        synchronized (log.state()) {
            log.checkpoints().later(() -> {
                begun.countDown();
                await(written);
            });
        }
        await(begun);
        FutureTask<AppendOutcome> outcome = new FutureTask<>(append);
        Thread appending = new Thread(outcome, "test");
        appending.start();
        while (appending.getState() != Thread.State.WAITING && !outcome.isDone()) Thread.onSpinWait();
        written.countDown();
        return outcome.get(PATIENCE_S, TimeUnit.SECONDS).error();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatFoundNoSpaceInASecondSegmentIsTakenBack() throws Exception {
        append(log, 1, "before");
        ByteBuffer[] batches = new ByteBuffer[30];
        for (int i = 0; i < batches.length; i++) batches[i] = TestBatches.stored(1 + i, 1, "x".repeat(5_000));
        ByteBuffer all = TestBatches.concat(batches);
        disk.leave(120_000);
        assertThat(whileWriting(() -> log.appendAsFollower(all, 1))).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        assertThat(log.isOffline()).isFalse();
        assertThat(readAll(log)).containsExactly("0:before");
    }

    @Test
    void anEmptyLogTakesTheBatchThatHoldsItsStart() throws Exception {
        log.truncateFullyAndStartAt(5);
        ByteBuffer batch = TestBatches.stored(4, 1, "a", "b", "c");
        assertThat(whileWriting(() -> log.appendAsFollower(batch, 1))).isEqualTo(Errors.NONE);
        assertThat(log.logStartOffset()).isEqualTo(5);
        assertThat(log.logEndOffset()).isEqualTo(7);
    }
}
