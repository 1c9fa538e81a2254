// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.append;
import static io.shiplog.storage.log.TestDirectory.fill;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.files.LogFiles;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlushTest {
    private record Flushed(long offset, int generation) {}

    @TempDir
    Path temp;

    private final AtomicInteger syncs = new AtomicInteger();
    private volatile CountDownLatch entered;
    private volatile CountDownLatch gate;
    private final BlockingQueue<Flushed> heard = new LinkedBlockingQueue<>();
    private TestDirectory directory;
    private PartitionLog log;

    @BeforeEach
    void open() {
        directory = new TestDirectory(temp.resolve("data"), slowable(new DiskLogFiles()));
        directory.memoryIndex = new MemoryIndexStore();
        directory.open();
        log = directory.create(0);
        log.setListener((offset, generation) -> heard.add(new Flushed(offset, generation)));
    }

    @AfterEach
    void close() {
        if (gate != null) gate.countDown();
        directory.close();
    }

    /** Syncs of segments can be held up and are counted. */
    private LogFiles slowable(LogFiles disk) {
        return (LogFiles) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {LogFiles.class}, (proxy, method, arguments) -> {
                    Object result = method.invoke(disk, arguments);
                    boolean segment =
                            result instanceof LogFile && arguments[0].toString().endsWith(".log");
                    return segment ? slowable((LogFile) result) : result;
                });
    }

    private LogFile slowable(LogFile file) {
        return (LogFile) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {LogFile.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("sync")) {
                        syncs.incrementAndGet();
                        if (entered != null) entered.countDown();
                        if (gate != null) gate.await(10, TimeUnit.SECONDS);
                    }
                    return method.invoke(file, arguments);
                });
    }

    private Flushed next() throws InterruptedException {
        return heard.poll(10, TimeUnit.SECONDS);
    }

    @Test
    void listenerHearsOfTheFlushedOffset() throws InterruptedException {
        append(log, 1, "a", "b");
        assertThat(log.flushedOffset()).isZero();
        log.requestFlush();
        assertThat(next()).isEqualTo(new Flushed(2, 0));
        assertThat(log.flushedOffset()).isEqualTo(2);
    }

    @Test
    void whatIsAppendedDuringASyncIsOneFurtherGroup() throws InterruptedException {
        entered = new CountDownLatch(1);
        gate = new CountDownLatch(1);
        append(log, 1, "first");
        log.requestFlush();
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < 50; i++) {
            append(log, 1, "later");
            log.requestFlush();
        }
        assertThat(log.flushedOffset()).isZero();
        gate.countDown();
        assertThat(next()).isEqualTo(new Flushed(1, 0));
        assertThat(next()).isEqualTo(new Flushed(51, 0));
        assertThat(syncs.get()).isEqualTo(2);
    }

    @Test
    void aSyncThatATruncationOvertookCountsForNothing() throws InterruptedException {
        append(log, 1, "a", "b", "c");
        entered = new CountDownLatch(1);
        gate = new CountDownLatch(1);
        log.requestFlush();
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        CountDownLatch held = gate;
        gate = null;
        log.truncateTo(1);
        append(log, 2, "x", "y", "z", "w");
        held.countDown();
        log.requestFlush();
        assertThat(next()).isEqualTo(new Flushed(5, 1));
        assertThat(heard).isEmpty();
    }

    @Test
    void rolledSegmentsAreSyncedToo() throws IOException {
        fill(log, 1, 40, 300);
        log.flush().flushNow();
        assertThat(log.flushedOffset()).isEqualTo(40);
        assertThat(syncs.get()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void nothingNewIsNotSyncedAgain() {
        append(log, 1, "a");
        log.flush().flushNow();
        int before = syncs.get();
        log.flush().flushNow();
        assertThat(syncs.get()).isEqualTo(before);
    }

    @Test
    void whoeverSendsLessThanTheLastTimeIsNotMadeToWaitForMore() throws InterruptedException {
        for (int i = 0; i < 20; i++) append(log, 1, "burst");
        log.requestFlush();
        assertThat(next()).isEqualTo(new Flushed(20, 0));
        append(log, 1, "alone");
        log.requestFlush();
        assertThat(next()).isEqualTo(new Flushed(21, 0));
        append(log, 1, "alone");
        log.requestFlush();
        assertThat(next()).isEqualTo(new Flushed(22, 0));
        assertThat(syncs.get()).isEqualTo(3);
    }
}
