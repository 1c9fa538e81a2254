// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static io.shiplog.storage.log.TestDirectory.append;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** flush.policy=interval: nobody asks for a flush, and it comes all the same. */
class FlushIntervalTest {
    @TempDir
    Path temp;

    private final CountDownLatch flushed = new CountDownLatch(1);
    private TestDirectory directory;
    private PartitionLog log;

    @BeforeEach
    void open() {
        directory = new TestDirectory(temp.resolve("data"));
        directory.memoryIndex = new MemoryIndexStore();
        directory.open();
        log = directory.create(0);
        log.setListener((offset, generation) -> flushed.countDown());
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private void set(String... keysAndValues) {
        Map<String, String> configs = new java.util.HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) configs.put(keysAndValues[i], keysAndValues[i + 1]);
        log.updateSettings(LogSettings.fromTopicConfigs(configs, directory.config.defaults()));
    }

    private boolean comes() throws InterruptedException {
        return flushed.await(30, TimeUnit.SECONDS);
    }

    @Test
    void flushComesAfterTheTime() throws InterruptedException {
        set("flush.policy", "interval", "flush.ms", "20");
        append(log, 1, "a");
        assertThat(comes()).isTrue();
        assertThat(log.flushedOffset()).isEqualTo(1);
    }

    @Test
    void flushComesWithTheMessages() throws InterruptedException {
        set("flush.policy", "interval", "flush.messages", "3");
        append(log, 1, "a", "b");
        assertThat(log.flushedOffset()).isZero();
        append(log, 1, "c");
        assertThat(comes()).isTrue();
        assertThat(log.flushedOffset()).isEqualTo(3);
    }

    @Test
    void aNewIntervalConcernsWhatIsThereAlready() throws InterruptedException {
        set("flush.policy", "replicated");
        append(log, 1, "a");
        set("flush.policy", "interval", "flush.ms", "0");
        assertThat(comes()).isTrue();
    }

    @Test
    void aTimerThatIsSetGoesOffOnceForAllThatCame() throws InterruptedException {
        set("flush.policy", "interval", "flush.ms", "200");
        append(log, 1, "a", "b", "c");
        assertThat(comes()).isTrue();
        assertThat(log.flushedOffset()).isEqualTo(3);
    }

    @Test
    void settingsMeanWhatTheyShould() {
        assertThat(interval("flush.policy", "commit", "flush.ms", "5")).isEqualTo(FlushInterval.NEVER);
        assertThat(interval("flush.policy", "replicated")).isEqualTo(FlushInterval.NEVER);
        assertThat(interval("flush.policy", "replicated", "flush.ms", "5"))
                .isEqualTo(new FlushInterval(5, Long.MAX_VALUE));
        assertThat(interval("flush.policy", "interval")).isEqualTo(new FlushInterval(1_000, Long.MAX_VALUE));
        assertThat(interval("flush.policy", "interval", "flush.messages", "9"))
                .isEqualTo(new FlushInterval(Long.MAX_VALUE, 9));
        assertThatThrownBy(() -> interval("flush.policy", "sometimes", "flush.ms", "5"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("interval");
    }

    private FlushInterval interval(String... keysAndValues) {
        set(keysAndValues);
        return log.settings().flushInterval();
    }
}
