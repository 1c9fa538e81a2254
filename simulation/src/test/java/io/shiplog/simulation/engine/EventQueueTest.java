// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventQueueTest {
    @Test
    void eventsHappenInTheOrderOfTheirTimes() {
        Dice dice = new Dice(1);
        Scheduler scheduler = new Scheduler(dice.split(), new Trace(null));
        List<Long> happened = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            scheduler.at(dice.nextInt(500), "event", null, () -> happened.add(scheduler.nowUs()));
        }
        while (scheduler.nextAtUs() < Long.MAX_VALUE) {
            scheduler.runNext();
        }
        assertThat(happened).hasSize(2_000).isSorted();
    }

    @Test
    void chanceDecidesAmongEquals() {
        List<Integer> happened = new ArrayList<>();
        Scheduler scheduler = new Scheduler(new Dice(3), new Trace(null));
        for (int i = 0; i < 20; i++) {
            int number = i;
            scheduler.at(5, "event", null, () -> happened.add(number));
        }
        while (scheduler.nextAtUs() < Long.MAX_VALUE) {
            scheduler.runNext();
        }
        assertThat(happened)
                .hasSize(20)
                .doesNotHaveDuplicates()
                .isNotEqualTo(happened.stream().sorted().toList());
    }

    @Test
    void pausedProcessesCatchUpInOrderAndDeadOnesDoNothing() {
        Scheduler scheduler = new Scheduler(new Dice(3), new Trace(null));
        SimProcess process = new SimProcess(1, 1, new NodeClock(scheduler, 1, 0, 0));
        List<Integer> happened = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int number = i;
            scheduler.at(10L * i, "event", process, () -> happened.add(number));
        }
        process.pause();
        for (int i = 0; i < 5; i++) {
            scheduler.runNext();
        }
        assertThat(happened).isEmpty();
        process.resume(scheduler);
        for (int i = 0; i < 3; i++) {
            scheduler.runNext();
        }
        process.die();
        scheduler.runNext();
        scheduler.runNext();
        assertThat(happened).containsExactly(0, 1, 2);
    }
}
