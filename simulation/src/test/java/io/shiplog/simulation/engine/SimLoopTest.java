// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.runtime.Cancellable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimLoopTest {
    private final Scheduler scheduler = new Scheduler(new Dice(3), new Trace(null));
    private final SimProcess process = new SimProcess(1, 1, new NodeClock(scheduler, 1, 0, 0));
    private final SimLoop loop = new SimLoop(scheduler, process, new Dice(4), "loop");
    private final List<String> happened = new ArrayList<>();

    private void runAll() {
        while (scheduler.nextAtUs() < Long.MAX_VALUE) {
            scheduler.runNext();
        }
    }

    @Test
    void whatComesToASleepingLoopIsTakenInAtOnce() {
        loop.enter(() -> happened.add("now in the loop: " + loop.inLoop()));
        assertThat(happened).containsExactly("now in the loop: true");
        assertThat(scheduler.nextAtUs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whatComesToABusyLoopWaitsBehindTheOthers() {
        loop.execute(() -> happened.add("first"));
        loop.execute(() -> happened.add("second"));
        loop.enter(() -> happened.add("third"));
        assertThat(happened).isEmpty();
        runAll();
        assertThat(happened).containsExactly("first", "second", "third");
    }

    @Test
    void whatComesWithinATurnWaitsForItsEnd() {
        loop.enter(() -> {
            loop.enter(() -> happened.add("inner"));
            happened.add("outer");
        });
        runAll();
        assertThat(happened).containsExactly("outer", "inner");
    }

    @Test
    void aTimerThatWaitsForItsTurnCanStillBeCalledOff() {
        Cancellable[] timer = new Cancellable[1];
        // When the timer is due the loop was woken and has not begun: it comes behind the task that calls it off.
        scheduler.at(9_999, "event", process, () -> {
            loop.execute(() -> timer[0].cancel());
            loop.execute(() -> happened.add("other"));
        });
        timer[0] = loop.schedule(() -> happened.add("timer"), 10);
        Cancellable kept = loop.schedule(() -> happened.add("kept"), 20);
        runAll();
        assertThat(happened).containsExactly("other", "kept");
        kept.cancel();
        assertThat(happened).hasSize(2);
    }

    @Test
    void nothingIsDueWhenEverythingWasCalledOffOrIsTheDoingOfTheDead() {
        loop.schedule(() -> happened.add("timer"), 5).cancel();
        SimProcess dead = new SimProcess(2, 2, new NodeClock(scheduler, 1, 0, 0));
        scheduler.at(7, "event", dead, () -> happened.add("dead"));
        dead.die();
        assertThat(scheduler.nextAtUs()).isEqualTo(Long.MAX_VALUE);
        assertThat(happened).isEmpty();
    }
}
