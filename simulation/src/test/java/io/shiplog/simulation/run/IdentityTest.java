// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.simulation.fault.Fault;
import io.shiplog.simulation.fault.FaultKind;
import io.shiplog.simulation.fault.Profile;
import io.shiplog.simulation.fault.Schedule;
import io.shiplog.simulation.fault.Setup;
import io.shiplog.simulation.fault.Step;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Machines that are taken for others: the faults do what they say, and the cluster keeps its promises. */
class IdentityTest {
    private static final Setup SETUP = Profile.QUIET
            .setup(1)
            .with("storageNodes", "3")
            .with("quorumNodes", "3")
            .with("replicationFactor", "3")
            .with("minIsr", "2")
            .with("flushPolicy", "commit")
            .with("sessionMs", "400");

    private final List<String> told = new ArrayList<>();

    private void run(FaultKind kind, long durationMs, long seed) {
        List<Step> steps = new ArrayList<>(Profile.QUIET.schedule(SETUP).steps());
        steps.add(new Fault(700, kind, "node-1", "node-2", durationMs, seed));
        RunResult result = new Runs(SimMain.watchers()).run(SETUP, new Schedule(steps), told::add, Long.MAX_VALUE);
        assertThat(result.failure()).isNull();
        assertThat(result.coverage().effective()).containsEntry(kind, 1);
    }

    @Test
    void nobodyStartsOnAnotherOnesDisk() {
        run(FaultKind.SWAP_DISKS, 500, 1);
        assertThat(told).anyMatch(line -> line.contains("belongs to node 2, not to 1"));
        assertThat(told).anyMatch(line -> line.contains("belongs to node 1, not to 2"));
    }

    @Test
    void anImpostorIsLetInWhenTheTrueOneIsAwayAndNotBefore() {
        int letIn = 0;
        for (long seed = 1; seed <= 6; seed++) {
            told.clear();
            run(FaultKind.IMPOSTOR, 1_200, seed);
            letIn += told.stream().anyMatch(line -> line.contains("is let in as")) ? 1 : 0;
        }
        assertThat(letIn).as("the true one was down or paused, but not always").isBetween(1, 5);
    }
}
