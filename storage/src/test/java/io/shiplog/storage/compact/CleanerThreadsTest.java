// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.StorageClock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CleanerThreadsTest {
    private final AtomicLong nowMs = new AtomicLong(1_000_000);
    private final List<FakeLog> logs = new ArrayList<>();
    private final StorageClock clock = new StorageClock() {
        @Override
        public long nowMs() {
            return nowMs.get();
        }

        @Override
        public long wallClockMs() {
            return nowMs.get();
        }
    };
    private final CleanerThreads threads =
            new CleanerThreads(new CleanerSettings(1, 1 << 20, Long.MAX_VALUE, 1000, 60_000), clock, () -> logs);

    /** What a round does to it. */
    private interface Round {
        CleaningReport run(CleaningBudget budget) throws CleaningAborted, UncleanableLog, IOException;
    }

    private static final class FakeLog implements CleanableLog {
        final String name;
        volatile Dirtiness dirt;
        volatile Round round = budget -> new CleaningReport(0, 10, 100, 40, 3);
        int cleaned;

        FakeLog(String name, long dirty, boolean due) {
            this.name = name;
            this.dirt = new Dirtiness(100, dirty, due);
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Dirtiness dirtiness(long wallClockMs) {
            return dirt;
        }

        @Override
        public CleaningReport clean(CleaningBudget budget) throws CleaningAborted, UncleanableLog, IOException {
            cleaned++;
            CleaningReport report = round.run(budget);
            dirt = new Dirtiness(dirt.cleanBytes(), 0, false);
            return report;
        }
    }

    @Test
    void theDirtiestLogThatIsDueComesFirst() {
        FakeLog some = log("some", 50, true);
        FakeLog most = log("most", 900, true);
        FakeLog notDue = log("not due", 5_000, false);
        assertThat(threads.cleanOne()).isTrue();
        assertThat(most.cleaned).isEqualTo(1);
        assertThat(some.cleaned).isZero();
        assertThat(threads.cleanOne()).isTrue();
        assertThat(some.cleaned).isEqualTo(1);
        assertThat(threads.cleanOne()).isFalse();
        assertThat(notDue.cleaned).isZero();
        assertThat(threads.rounds()).isEqualTo(2);
        assertThat(threads.removedBytes()).isEqualTo(120);
    }

    @Test
    void aLogThatCannotBeCleanedIsCountedAndLeftAloneForAWhileAndOthersGoOn() {
        FakeLog bad = log("bad", 900, true);
        bad.round = budget -> {
            throw new UncleanableLog("damaged");
        };
        FakeLog good = log("good", 50, true);
        threads.cleanOne();
        assertThat(threads.uncleanable()).containsEntry("bad", "damaged");
        threads.cleanOne();
        assertThat(good.cleaned).isEqualTo(1);
        assertThat(threads.cleanOne()).isFalse();
        assertThat(bad.cleaned).isEqualTo(1);
        nowMs.addAndGet(60_000);
        bad.round = budget -> new CleaningReport(0, 10, 0, 0, 1);
        assertThat(threads.cleanOne()).isTrue();
        assertThat(threads.uncleanable()).isEmpty();
    }

    @Test
    void anErrorOfTheDiskLeavesTheLogAloneToo() {
        log("bad", 900, true).round = budget -> {
            throw new IOException("no space left");
        };
        threads.cleanOne();
        assertThat(threads.uncleanable()).containsKey("bad");
        logs.clear();
        threads.cleanOne();
        assertThat(threads.uncleanable()).as("it was deleted").isEmpty();
    }

    @Test
    void aLogOfWhichNothingCouldBeCleanedRests() {
        FakeLog held = log("held", 900, true);
        held.round = budget -> {
            throw new CleaningAborted("truncated");
        };
        assertThat(threads.cleanOne()).isFalse();
        held.round = budget -> new CleaningReport(5, 5, 0, 0, 0);
        assertThat(threads.cleanOne()).isTrue();
        held.dirt = new Dirtiness(100, 900, true);
        assertThat(threads.cleanOne()).isFalse();
        nowMs.addAndGet(1000);
        assertThat(threads.cleanOne()).isTrue();
        assertThat(threads.uncleanable()).isEmpty();
    }

    @Test
    void closingEndsACleaningThatWaitsForItsRate() throws Exception {
        CountDownLatch began = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        log("large", 900, true).round = budget -> {
            began.countDown();
            try {
                while (true) budget.pace().moved(1 << 20);
            } finally {
                ended.set(true);
            }
        };
        CleanerSettings slow = new CleanerSettings(1, 1 << 20, 1000, 1000, 60_000);
        try (CleanerThreads running = new CleanerThreads(slow, clock, () -> logs)) {
            running.start();
            assertThat(began.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(ended.get()).isFalse();
        }
        assertThat(ended.get()).isTrue();
    }

    private FakeLog log(String name, long dirty, boolean due) {
        FakeLog log = new FakeLog(name, dirty, due);
        logs.add(log);
        return log;
    }
}
