// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.simulation.engine.Dice;
import io.shiplog.simulation.engine.NodeClock;
import io.shiplog.simulation.engine.Scheduler;
import io.shiplog.simulation.engine.SimProcess;
import io.shiplog.simulation.engine.Trace;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimNetworkTest {
    private final Scheduler scheduler = new Scheduler(new Dice(1), new Trace(null));
    private final SimNetwork network = new SimNetwork(scheduler, new Dice(2));
    private final List<String> heard = new ArrayList<>();
    private final SimConnection connection = network.connect(process(1), 2, process(2), true);

    @Test
    void whatIsUnderWayWhenAConnectionIsResetIsLost() {
        send();
        network.reset(1, 1);
        runAll();
        assertThat(heard).containsExactly("end");
    }

    @Test
    void whatArrivesLateDoesSoInItsOrderAndBeforeTheEnd() {
        network.lateRate(1);
        send();
        network.reset(1, 1);
        connection.toServer(() -> heard.add("after the reset"));
        runAll();
        assertThat(heard).containsExactly("first", "second", "end");
    }

    @Test
    void whatWaitsAtACutWhenItsSenderGivesUpArrivesLateInItsOrder() {
        network.lateRate(1);
        network.cut(1, 2);
        send();
        connection.closeAtClient();
        runAll();
        assertThat(heard).containsExactly("first", "second");
        network.heal(1, 2);
        runAll();
        assertThat(heard).containsExactly("first", "second", "end");
    }

    private void send() {
        connection.onClosedAtServer(() -> heard.add("end"));
        connection.toServer(() -> heard.add("first"));
        connection.toServer(() -> heard.add("second"));
    }

    private SimProcess process(int id) {
        return new SimProcess(id, id, new NodeClock(scheduler, 1, 0, 0));
    }

    private void runAll() {
        while (scheduler.nextAtUs() != Long.MAX_VALUE) {
            scheduler.runNext();
        }
    }
}
