// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlusherTest {
    private static final int PATIENCE_S = 10;

    private final LinkedBlockingQueue<String> begun = new LinkedBlockingQueue<>();
    private final List<Held> all = new ArrayList<>();
    private final AtomicLong nowNs = new AtomicLong();
    private Flusher flusher;

    @AfterEach
    void close() {
        all.forEach(round -> round.gate.countDown());
        flusher.close();
    }

    /** A round whose sync lasts until the test lets it go. */
    private final class Held implements FlushWork.Round {
        private final String name;
        private final boolean yields;
        private final CountDownLatch gate = new CountDownLatch(1);

        private Held(String name, boolean yields) {
            this.name = name;
            this.yields = yields;
            all.add(this);
        }

        @Override
        public boolean yields() {
            return yields;
        }

        @Override
        public void begin() {
            begun.add(name);
        }

        @Override
        public void sync() {
            try {
                assertThat(gate.await(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void complete() {}
    }

    private Held submit(String name, boolean yields) {
        Held round = new Held(name, yields);
        flusher.submit(round);
        return round;
    }

    private String next() throws InterruptedException {
        return begun.poll(PATIENCE_S, TimeUnit.SECONDS);
    }

    private void allThreadsRest() {
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (flusher.threadsAtWork() > 0 && System.nanoTime() < untilNs) Thread.onSpinWait();
        assertThat(flusher.threadsAtWork()).isZero();
    }

    @Test
    void whatSomebodyWaitsForOvertakesWhatYields() throws Exception {
        flusher = new Flusher(1, "test");
        Held running = submit("running", false);
        assertThat(next()).isEqualTo("running");
        submit("bulk", true).gate.countDown();
        submit("commit", false).gate.countDown();
        running.gate.countDown();
        assertThat(next()).isEqualTo("commit");
        assertThat(next()).isEqualTo("bulk");
    }

    @Test
    void whatYieldsLeavesAThreadToTheOthers() throws Exception {
        flusher = new Flusher(2, "test");
        Held bulk = submit("bulk", true);
        assertThat(next()).isEqualTo("bulk");
        submit("more bulk", true).gate.countDown();
        submit("commit", false).gate.countDown();
        assertThat(next()).isEqualTo("commit");
        bulk.gate.countDown();
        assertThat(next()).isEqualTo("more bulk");
    }

    @Test
    void whatIsWaitedForAfterAllIsQueuedWithTheOthers() throws Exception {
        flusher = new Flusher(1, "test");
        Held running = submit("running", false);
        assertThat(next()).isEqualTo("running");
        Held first = submit("bulk", true);
        first.gate.countDown();
        Held hurried = submit("has caught up", true);
        hurried.gate.countDown();
        flusher.hurry(hurried);
        running.gate.countDown();
        assertThat(next()).isEqualTo("has caught up");
        assertThat(next()).isEqualTo("bulk");
    }

    @Test
    void whatWaitsShortlyIsLeftToTheThreadAtWork() throws Exception {
        flusher = new Flusher(2, "test", nowNs::get);
        allThreadsRest();
        Held running = submit("running", false);
        assertThat(next()).isEqualTo("running");
        submit("next", false).gate.countDown();
        assertThat(flusher.threadsAtWork()).isOne();
        running.gate.countDown();
        assertThat(next()).isEqualTo("next");
    }

    @Test
    void whatYieldsIsNoThreadAtWorkForOthers() throws Exception {
        flusher = new Flusher(2, "test", nowNs::get);
        allThreadsRest();
        submit("bulk", true);
        assertThat(next()).isEqualTo("bulk");
        submit("commit", false).gate.countDown();
        assertThat(next()).isEqualTo("commit");
    }

    @Test
    void besideASyncThatTakesLongAnotherThreadWorks() throws Exception {
        flusher = new Flusher(2, "test", nowNs::get);
        allThreadsRest();
        submit("running", false);
        assertThat(next()).isEqualTo("running");
        nowNs.addAndGet(FlushDemand.BEARABLE_NS + 1);
        submit("commit", false).gate.countDown();
        assertThat(next()).isEqualTo("commit");
    }

    @Test
    void ofManyThatWaitForASlowDiskEachThreadTakesOne() throws Exception {
        flusher = new Flusher(3, "test", nowNs::get);
        Held slow = submit("slow", false);
        assertThat(next()).isEqualTo("slow");
        nowNs.addAndGet(100 * FlushDemand.BEARABLE_NS);
        slow.gate.countDown();
        allThreadsRest();
        submit("first", false);
        submit("second", false);
        submit("third", false);
        assertThat(List.of(next(), next(), next())).containsExactlyInAnyOrder("first", "second", "third");
    }

    @Test
    void allIsCarriedOutBeforeItCloses() throws Exception {
        flusher = new Flusher(2, "test");
        Held running = submit("running", true);
        assertThat(next()).isEqualTo("running");
        submit("bulk", true).gate.countDown();
        submit("more bulk", true).gate.countDown();
        submit("commit", false).gate.countDown();
        running.gate.countDown();
        flusher.close();
        assertThat(begun).containsExactlyInAnyOrder("bulk", "more bulk", "commit");
    }
}
