// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.append;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.index.IndexStore;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever appends, or reads what was appended lately, has nothing to do with the index store. */
class TailReadTest {
    @TempDir
    Path temp;

    private final MemoryIndexStore memory = new MemoryIndexStore();
    private final AtomicInteger calls = new AtomicInteger();
    private TestDirectory directory;

    @BeforeEach
    void open() {
        directory = new TestDirectory(temp.resolve("data"));
        directory.config = TestDirectory.config(1 << 20, 512);
        directory.indexStores = this::counted;
        directory.open();
    }

    private IndexStore counted() {
        return (IndexStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {IndexStore.class}, (proxy, method, arguments) -> {
                    calls.incrementAndGet();
                    return method.invoke(memory, arguments);
                });
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private static void readFrom(PartitionLog log, long offset) {
        LogSlice slice = log.read(offset, 1 << 20, Long.MAX_VALUE, true);
        assertThat(slice.sizeInBytes()).isPositive();
        slice.release();
    }

    @Test
    void theTailIsAppendedAndReadWithoutTheStore() throws IOException {
        PartitionLog log = directory.create(0);
        append(log, 1, "before");
        directory.housekeeping(true);
        int before = calls.get();
        assertThat(before).isPositive();
        for (int i = 0; i < 300; i++) {
            append(log, 1, "v");
            readFrom(log, log.logEndOffset() - 1);
            readFrom(log, Math.max(0, log.logEndOffset() - 200));
            assertThat(log.indexedPosition(log.logEndOffset() - 1)).isNotNegative();
        }
        assertThat(calls.get()).isEqualTo(before);
    }

    @Test
    void aReaderOfAnOldPlaceAsksTheStoreOnce() throws IOException {
        PartitionLog log = directory.create(0);
        for (int i = 0; i < 400; i++) append(log, 1, "v");
        directory.housekeeping(true);
        directory.kill();
        directory.reopen();
        log = directory.log(0);
        int before = calls.get();
        readFrom(log, 3);
        readFrom(log, 9);
        assertThat(calls.get()).isEqualTo(before + 1);
    }
}
