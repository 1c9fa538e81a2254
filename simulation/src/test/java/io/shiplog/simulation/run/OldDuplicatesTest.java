// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.simulation.fault.Action;
import io.shiplog.simulation.fault.ActionKind;
import io.shiplog.simulation.fault.Fault;
import io.shiplog.simulation.fault.FaultKind;
import io.shiplog.simulation.fault.Profile;
import io.shiplog.simulation.fault.Schedule;
import io.shiplog.simulation.fault.Setup;
import io.shiplog.simulation.fault.Step;
import io.shiplog.simulation.history.Outcome;
import io.shiplog.simulation.history.ProduceOp;
import io.shiplog.simulation.sight.Promises;
import io.shiplog.simulation.world.RunWatcher;
import io.shiplog.simulation.world.WorldView;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A producer has batches at a paused leader that are replicated and not acknowledged, goes on at the next leader, and comes there with the
 * old ones when more than five newer ones are in the log.
 */
class OldDuplicatesTest {
    private static final int PAUSED_AT_MS = 1_500;
    private static final int PRODUCES_AFTER = 12;

    private static final Setup SETUP = Profile.QUIET
            .setup(1)
            .with("storageNodes", "3")
            .with("partitions", "1")
            .with("replicationFactor", "3")
            .with("minIsr", "2")
            .with("flushPolicy", "commit")
            .with("retentionBytes", "-1")
            .with("producers", "i5")
            .with("sessionMs", "300");

    private final List<ProduceOp> produces = new ArrayList<>();

    private static Step produce(int atMs) {
        return new Action(atMs, ActionKind.PRODUCE, 0, 0, 1, atMs);
    }

    private void run(int pausedNode, int earlierMs) {
        List<Step> steps = new ArrayList<>();
        for (int ms = 500; ms < 1_000; ms += 50) {
            steps.add(produce(ms));
        }
        steps.add(produce(PAUSED_AT_MS - earlierMs));
        steps.add(new Fault(PAUSED_AT_MS, FaultKind.PAUSE, "node-" + pausedNode, "-", 900, 1));
        for (int i = 0; i < PRODUCES_AFTER; i++) {
            steps.add(produce(PAUSED_AT_MS + 450 + i * 10));
        }
        RunWatcher end = new RunWatcher() {
            @Override
            public void atEnd(WorldView world) {
                produces.addAll(world.history().produces());
            }
        };
        RunResult result =
                new Runs(() -> List.of(new Promises(), end)).run(SETUP, new Schedule(steps), null, Long.MAX_VALUE);
        assertThat(result.failure()).isNull();
    }

    /** Whichever node leads, and however far the record before the pause has come. */
    @Test
    void areAcknowledgedWithoutAnOffset() {
        for (int node = 1; node <= 3; node++) {
            for (int earlierMs = 1; earlierMs <= 12; earlierMs++) {
                run(node, earlierMs);
            }
        }
        assertThat(produces).filteredOn(op -> op.outcome != Outcome.OK).isEmpty();
        assertThat(produces).filteredOn(op -> op.baseOffset < 0).isNotEmpty();
    }
}
