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

/** Segments are shipped to whoever lacks them, in runs that have it. */
class BulkStartTest {
    private static final Setup SETUP = Profile.QUIET
            .setup(1)
            .with("storageNodes", "3")
            .with("partitions", "1")
            .with("replicationFactor", "3")
            .with("minIsr", "2")
            .with("flushPolicy", "commit")
            .with("segmentBytes", "1024")
            .with("retentionBytes", "-1")
            .with("sessionMs", "400")
            .with("shipBytes", "1");

    private final List<String> told = new ArrayList<>();

    private void run(Setup setup, Fault... faults) {
        List<Step> steps = new ArrayList<>(Profile.QUIET.schedule(setup).steps());
        steps.addAll(List.of(faults));
        RunResult result = new Runs(SimMain.watchers()).run(setup, new Schedule(steps), told::add, Long.MAX_VALUE);
        assertThat(result.failure()).isNull();
    }

    private long lines(String part) {
        return told.stream().filter(line -> line.contains(part)).count();
    }

    @Test
    void aNodeThatLostItsDiskIsShippedSegments() {
        run(SETUP, new Fault(1_500, FaultKind.WIPE, "node-1", "-", 300, 1));
        assertThat(lines("node 1 has received the segment at")).isGreaterThan(5);
    }

    @Test
    void noneAreShippedInOtherRuns() {
        run(SETUP.with("shipBytes", "-1"), new Fault(1_500, FaultKind.WIPE, "node-1", "-", 300, 1));
        assertThat(lines("received the segment")).isZero();
    }

    @Test
    void aSegmentThatHasRottenIsRefusedAndTakenFromAnother() {
        List<Fault> faults = new ArrayList<>();
        faults.add(new Fault(1_000, FaultKind.WIPE, "node-1", "-", 1_000, 1));
        for (int i = 0; i < 12; i++) {
            faults.add(new Fault(1_900, FaultKind.ROT_BODY, "node-2", "-", 20, i));
            faults.add(new Fault(1_900, FaultKind.ROT_BODY, "node-3", "-", 20, 100 + i));
        }
        run(SETUP, faults.toArray(Fault[]::new));
        assertThat(lines("node 1 refuses the segment at")).isPositive();
    }
}
