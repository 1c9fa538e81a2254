// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import io.shiplog.simulation.fault.Action;
import io.shiplog.simulation.fault.ActionKind;
import io.shiplog.simulation.fault.Fault;
import io.shiplog.simulation.fault.Schedule;
import io.shiplog.simulation.fault.Setup;
import io.shiplog.simulation.fault.Step;
import io.shiplog.simulation.history.History;
import io.shiplog.simulation.history.Outage;
import io.shiplog.simulation.history.ProduceOp;
import java.util.ArrayList;
import java.util.List;

/**
 * How long clients had to wait for a write while one thing was wrong. Faults that meet another one are left out, and so are clusters that
 * cannot commit without one of their nodes, or that an operator was busy with.
 */
final class Outages {
    /** What was wrong has no consequences any more after it. */
    private static final long AFTERMATH_US = 3_000_000;

    private record Begun(Fault fault, long atUs) {
        long endUs() {
            return atUs + fault.durationMs() * 1_000;
        }
    }

    private final List<Begun> begun = new ArrayList<>();

    void note(Fault fault, long nowUs) {
        begun.add(new Begun(fault, nowUs));
    }

    /** How long the writes that waited longest did, in a run that is over. */
    List<Outage> measured(Setup setup, Schedule schedule, History history) {
        List<Outage> measured = new ArrayList<>();
        boolean canMissOne = setup.replicationFactor() > setup.minIsr();
        for (int i = 0; canMissOne && !hasOperator(schedule) && i < begun.size(); i++) {
            Begun each = begun.get(i);
            long fromUs = i == 0 ? Long.MIN_VALUE : lastEndUs(i) + AFTERMATH_US;
            long untilUs =
                    i + 1 == begun.size() ? Long.MAX_VALUE : begun.get(i + 1).atUs();
            long waitedUs = fromUs > each.atUs() ? -1 : longestUs(history, each, untilUs);
            if (waitedUs >= 0) {
                measured.add(new Outage(each.fault().kind(), waitedUs / 1_000));
            }
        }
        return measured;
    }

    private static boolean hasOperator(Schedule schedule) {
        for (Step step : schedule.steps()) {
            if (step instanceof Action action
                    && action.kind() != ActionKind.PRODUCE
                    && action.kind() != ActionKind.DELETE_RECORDS) {
                return true;
            }
        }
        return false;
    }

    private long lastEndUs(int before) {
        long last = Long.MIN_VALUE;
        for (int i = 0; i < before; i++) {
            last = Math.max(last, begun.get(i).endUs());
        }
        return last;
    }

    /** −1 when nobody waited, or something else went wrong meanwhile. */
    private static long longestUs(History history, Begun fault, long untilUs) {
        long longest = -1;
        for (ProduceOp op : history.produces()) {
            boolean concerned = op.acks == -1 && op.invokedUs <= fault.endUs() && op.endedUs >= fault.atUs();
            if (concerned && op.endedUs > untilUs) {
                return -1;
            }
            longest = concerned ? Math.max(longest, op.endedUs - Math.max(op.invokedUs, fault.atUs())) : longest;
        }
        return longest;
    }
}
