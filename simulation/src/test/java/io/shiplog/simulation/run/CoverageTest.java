// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.simulation.fault.Coverage;
import io.shiplog.simulation.fault.Fault;
import io.shiplog.simulation.fault.FaultKind;
import io.shiplog.simulation.fault.Profile;
import io.shiplog.simulation.fault.Schedule;
import io.shiplog.simulation.fault.Setup;
import io.shiplog.simulation.fault.Situation;
import io.shiplog.simulation.fault.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CoverageTest {
    private static RunResult run(Fault... faults) {
        Setup setup = Profile.QUIET
                .setup(1)
                .with("storageNodes", "3")
                .with("quorumNodes", "3")
                .with("replicationFactor", "3")
                .with("minIsr", "2")
                .with("sessionMs", "400");
        List<Step> steps = new ArrayList<>(Profile.QUIET.schedule(setup).steps());
        steps.addAll(List.of(faults));
        return new Runs(SimMain.watchers()).run(setup, new Schedule(steps), null, Long.MAX_VALUE);
    }

    @Test
    void countsAddUpAndEmptyCellsAreNamed() {
        Coverage all = new Coverage();
        for (int i = 0; i < 2; i++) {
            Coverage one = new Coverage();
            one.note(FaultKind.KILL, Set.of(Situation.LEADERLESS, Situation.UNFLUSHED));
            all.add(one);
        }
        assertThat(all.effective()).containsOnlyKeys(FaultKind.KILL).containsEntry(FaultKind.KILL, 2);
        assertThat(all.met(FaultKind.KILL, Situation.LEADERLESS)).isEqualTo(2);
        assertThat(all.met(FaultKind.KILL, Situation.REASSIGNING)).isZero();
        assertThat(all.table())
                .anyMatch(line -> line.startsWith("never met: KILL:")
                        && line.contains(" reassign")
                        && !line.contains("noleader"));
    }

    @Test
    void aFaultInTheMiddleOfAnotherOneIsSeenAsThat() {
        RunResult result = run(
                new Fault(500, FaultKind.ISOLATE, "leader-0", "-", 1_000, 1),
                new Fault(1_400, FaultKind.MOVE_CONTROLLER, "-", "-", 10, 2));
        assertThat(result.failure()).isNull();
        assertThat(result.coverage().met(FaultKind.ISOLATE, Situation.OTHER_FAULT))
                .isZero();
        assertThat(result.coverage().met(FaultKind.MOVE_CONTROLLER, Situation.OTHER_FAULT))
                .isEqualTo(1);
        assertThat(result.coverage().met(FaultKind.MOVE_CONTROLLER, Situation.CATCHING_UP))
                .isEqualTo(1);
        assertThat(result.outages()).as("none was alone").isEmpty();
    }

    @Test
    void whatOneFaultDidToWritesIsMeasured() {
        RunResult result = run(new Fault(500, FaultKind.PAUSE, "leader-0", "-", 1_000, 1));
        assertThat(result.outages()).singleElement().satisfies(outage -> {
            assertThat(outage.kind()).isEqualTo(FaultKind.PAUSE);
            assertThat(outage.waitMs()).as("the lease had to end").isBetween(200L, 3_000L);
        });
    }
}
