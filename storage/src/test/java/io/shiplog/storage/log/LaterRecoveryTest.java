// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.TOPIC;
import static io.shiplog.storage.log.TestDirectory.fill;
import static io.shiplog.storage.log.TestDirectory.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.files.LogFiles;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log that takes long to open does not keep the others from being served. */
class LaterRecoveryTest {
    private static final long DEADLINE_S = 60;

    @TempDir
    Path temp;

    private TestDirectory directory;
    private CountDownLatch gate = new CountDownLatch(0);

    @BeforeEach
    void open() throws IOException {
        directory = new TestDirectory(temp.resolve("data"), gated());
        directory.memoryIndex = new MemoryIndexStore();
        directory.config = TestDirectory.config(4096, 512).withRecoverLaterBytes(1000);
        directory.open();
        for (int p = 0; p < 2; p++) fill(directory.create(p), 1, 40, 300);
        directory.housekeeping(true);
    }

    @AfterEach
    void close() {
        gate.countDown();
        directory.close();
    }

    /** Files of partition 0 are opened only when the gate is. */
    private LogFiles gated() {
        LogFiles disk = new DiskLogFiles();
        return (LogFiles) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {LogFiles.class}, (proxy, method, arguments) -> {
                    boolean opens = method.getName().equals("open");
                    if (opens && arguments[0].toString().contains(TOPIC + "-0")) {
                        assertThat(gate.await(DEADLINE_S, TimeUnit.SECONDS)).isTrue();
                    }
                    try {
                        return method.invoke(disk, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** Starts again without what the store knew of partition 0, whose files do not open yet. */
    private void reopenWithout0() {
        directory.memoryIndex.forgetPartition(new io.shiplog.storage.model.PartitionKey(TOPIC, 0));
        gate = new CountDownLatch(1);
        directory.reopen();
    }

    private void letIn() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        boolean waits = directory.directory.whenRecovered(TOPIC, 0, done::countDown);
        gate.countDown();
        if (waits) assertThat(done.await(DEADLINE_S, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void othersAreServedMeanwhileAndItIsServedAsSoonAsItIsReady() throws InterruptedException {
        List<String> before = readAll(directory.log(0));
        directory.kill();
        reopenWithout0();
        assertThat(directory.report.later()).isEqualTo(1);
        assertThat(directory.report.partitions()).isEqualTo(1);
        assertThat(directory.directory.recoveryProgress().remainingLogs()).isEqualTo(1);
        assertThat(readAll(directory.log(1))).hasSize(40);
        fill(directory.log(1), 1, 1, 10);
        assertThat(directory.log(0)).isNull();
        assertThat(directory.directory.isHeldBack(TOPIC, 0)).isTrue();
        letIn();
        assertThat(directory.directory.isHeldBack(TOPIC, 0)).isFalse();
        assertThat(readAll(directory.log(0))).isEqualTo(before);
        assertThat(directory.directory.recoveryProgress().remainingLogs()).isZero();
        assertThat(directory.directory.recoveryProgress().remainingBytes()).isZero();
        assertThat(directory.directory.recoveryProgress().remainingSegments()).isZero();
    }

    @Test
    void itIsNotCreatedInItsAbsence() {
        directory.kill();
        reopenWithout0();
        assertThatThrownBy(() -> directory.create(0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aDirectoryWithALogThatIsNotOpenYetIsNotClosedCleanly() throws InterruptedException {
        directory.closeCleanly(5);
        reopenWithout0();
        directory.directory.markRunning(6);
        Thread closing = new Thread(() -> directory.closeCleanly(6));
        closing.start();
        gate.countDown();
        closing.join(TimeUnit.SECONDS.toMillis(DEADLINE_S));
        boolean openInTime = directory.log(0) != null;
        directory.reopen();
        assertThat(directory.report.clean()).isEqualTo(openInTime);
    }

    @Test
    void itMayBeDeletedMeanwhile() throws IOException, InterruptedException {
        directory.kill();
        reopenWithout0();
        Thread deleting = new Thread(() -> directory.directory.delete(TOPIC, 0));
        deleting.start();
        gate.countDown();
        deleting.join(TimeUnit.SECONDS.toMillis(DEADLINE_S));
        assertThat(directory.directory.isHeldBack(TOPIC, 0)).isFalse();
        assertThat(directory.log(0)).isNull();
        assertThat(Files.exists(directory.partitionPath(0))).isFalse();
        assertThat(readAll(directory.create(0))).isEmpty();
    }

    @Test
    void whatIsFoundToBeDamagedIsOpenedAndToldLikeAnyOtherDamage() throws IOException, InterruptedException {
        directory.kill();
        Path segment = directory.partitionPath(0).resolve(Segment.fileName(0));
        try (LogFile file = new DiskLogFiles().open(segment)) {
            file.truncate(file.size() - 10);
        }
        reopenWithout0();
        List<LogDamage> damages = new CopyOnWriteArrayList<>();
        directory.directory.onDamage(damages::add);
        assertThat(directory.report.damaged()).isEmpty();
        letIn();
        assertThat(damages).hasSize(1);
        assertThat(damages.get(0).segmentBase()).isZero();
        assertThat(directory.directory.isHeldBack(TOPIC, 0)).isFalse();
        assertThat(directory.log(0).logEndOffset()).isEqualTo(40);
        directory.log(0).setAsideFrom(0);
        directory.kill();
        directory.reopen();
        assertThat(directory.report.damaged()).isEmpty();
        assertThat(directory.log(0).logEndOffset()).isZero();
    }
}
