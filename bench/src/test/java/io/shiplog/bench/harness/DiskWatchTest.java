// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskWatchTest {
    private final DiskWatch watch = new DiskWatch("disk");

    /** The kernel's counters after so many completed writes. */
    private static long[] counters(long writes, long inFlight) {
        long[] fields = new long[17];
        fields[4] = writes;
        fields[8] = inFlight;
        return fields;
    }

    private static long ms(long ms) {
        return TimeUnit.MILLISECONDS.toNanos(ms);
    }

    @Test
    void requestThatNobodyAnswersForFortyMsIsAStall() {
        watch.look(counters(7, 1), ms(100));
        watch.look(counters(7, 2), ms(130));
        assertThat(watch.stalled(ms(0), ms(139))).isFalse();
        assertThat(watch.stalled(ms(0), ms(140))).as("it goes on").isTrue();
        watch.look(counters(8, 2), ms(150));
        assertThat(watch.take()).isEqualTo(new DiskWatch.Stalls(1, 50, 50));
        assertThat(watch.take()).isEqualTo(new DiskWatch.Stalls(0, 0, 0));
    }

    @Test
    void recordsThatCameAfterAStallAreNotHeldUpByIt() {
        watch.look(counters(7, 1), ms(100));
        watch.look(counters(8, 0), ms(200));
        assertThat(watch.stalled(ms(150), ms(201))).isTrue();
        assertThat(watch.stalled(ms(201), ms(202))).isFalse();
    }

    @Test
    void idleDiskDoesNotStall() {
        watch.look(counters(7, 0), ms(100));
        watch.look(counters(7, 0), ms(900));
        assertThat(watch.stalled(ms(0), ms(1_000))).isFalse();
        watch.look(counters(7, 1), ms(1_000));
        watch.look(counters(8, 0), ms(1_010));
        assertThat(watch.take().count()).isZero();
    }

    @Test
    void busyDiskThatAnswersDoesNotStall() {
        for (int i = 0; i < 100; i++) {
            watch.look(counters(i, 30), ms(5L * i));
        }
        assertThat(watch.take().count()).isZero();
        assertThat(watch.stalled(0, ms(500))).isFalse();
    }

    @Test
    void discardsAndFlushesAreAnswersToo() {
        long[] discarded = counters(7, 1);
        discarded[11] = 1;
        long[] flushed = discarded.clone();
        flushed[15] = 1;
        watch.look(counters(7, 1), ms(0));
        watch.look(discarded, ms(30));
        watch.look(flushed, ms(60));
        watch.look(counters(8, 0), ms(90));
        assertThat(watch.take().count()).isZero();
    }

    @Test
    void diskOfADirectoryIsFoundOrMissed(@TempDir Path directory) throws IOException {
        try (DiskWatch real = DiskWatch.of(directory)) {
            assertThat(real.take().longestMs()).isNotNegative();
            // here as on any other machine: a directory in memory has no disk
            assertThat(DiskWatch.of(Path.of("/proc")).isWatching()).isFalse();
        }
    }
}
