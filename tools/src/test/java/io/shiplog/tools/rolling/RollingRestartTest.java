// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.rolling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RollingRestartTest {
    private static final List<NodeName> NODES =
            List.of(NodeName.parse("storage-1"), NodeName.parse("storage-2"), NodeName.parse("quorum-1"));

    private final List<String> done = new ArrayList<>();
    private final List<String> said = new ArrayList<>();
    /** How often each question is answered with an objection first. */
    private int objectionsEach;

    private int objectionsLeft;

    @Test
    void nodesAreRestartedInOrderEachPreparedFirst() throws Exception {
        restart(1_000).run(NODES);
        assertThat(done)
                .containsExactly(
                        "prepare storage-1",
                        "stop storage-1",
                        "start storage-1",
                        "prepare storage-2",
                        "stop storage-2",
                        "start storage-2",
                        "prepare quorum-1",
                        "stop quorum-1",
                        "start quorum-1");
        assertThat(said).hasSize(4);
        assertThat(said.get(1)).startsWith("storage-2 restarted (2 of 3)");
    }

    @Test
    void gateIsAskedUntilItHasNoObjection() throws Exception {
        objectionsEach = 3;
        objectionsLeft = 3;
        restart(60_000).run(NODES.subList(0, 2));
        assertThat(done).hasSize(6);
    }

    @Test
    void gateThatStaysShutEndsItWithTheReasonAndLeavesTheRestAlone() {
        objectionsLeft = Integer.MAX_VALUE;
        assertThatThrownBy(() -> restart(120).run(NODES))
                .isInstanceOf(RollingRestart.GateStaysShut.class)
                .hasMessageContaining("storage-1 after")
                .hasMessageContaining("not now");
        assertThat(done).isEmpty();
    }

    private RollingRestart restart(long patienceMs) {
        return new RollingRestart(new Gate(), new Control(), said::add, patienceMs);
    }

    private final class Gate implements RestartGate {
        @Override
        public List<String> objections(NodeName node) {
            if (objectionsLeft == 0) {
                objectionsLeft = objectionsEach;
                return List.of();
            }
            objectionsLeft--;
            return List.of("not now");
        }

        @Override
        public void prepare(NodeName node) {
            done.add("prepare " + node);
        }

        @Override
        public List<String> missing() {
            return List.of();
        }
    }

    private final class Control implements NodeControl {
        @Override
        public void stop(NodeName node) {
            done.add("stop " + node);
        }

        @Override
        public void start(NodeName node) {
            done.add("start " + node);
        }
    }
}
