// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.rolling;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Restarts nodes one after the other. Each one waits until the gate has no objection; then what can be moved away is moved, the node is
 * stopped and started. At the end it waits until the cluster is as whole as before. It gives up, with the reason, when a gate stays shut for
 * too long: then everything that was stopped runs again.
 */
public final class RollingRestart {
    private static final long LOOK_MS = 50;
    private static final long REMIND_MS = 5_000;

    private final RestartGate gate;
    private final NodeControl control;
    private final Consumer<String> say;
    private final long patienceMs;
    private long longestRestartMs;

    /**
     * @param say takes progress, a line each
     * @param patienceMs how long one gate may stay shut
     */
    public RollingRestart(RestartGate gate, NodeControl control, Consumer<String> say, long patienceMs) {
        this.gate = gate;
        this.control = control;
        this.say = say;
        this.patienceMs = patienceMs;
    }

    /** Restarts the nodes in this order. */
    public void run(List<NodeName> nodes) throws IOException, InterruptedException, GateStaysShut {
        int done = 0;
        for (NodeName node : nodes) {
            long waitedMs = await(node.toString(), () -> gate.objections(node));
            gate.prepare(node);
            long stopNs = System.nanoTime();
            control.stop(node);
            long startNs = System.nanoTime();
            control.start(node);
            long endNs = System.nanoTime();
            longestRestartMs = Math.max(longestRestartMs, ms(endNs - stopNs));
            done++;
            say.accept(node + " restarted (" + done + " of " + nodes.size() + "): waited " + waitedMs
                    + " ms, stopped in " + ms(startNs - stopNs) + " ms, started in " + ms(endNs - startNs) + " ms");
        }
        long waitedMs = await("the end", gate::missing);
        say.accept("the cluster is whole again after another " + waitedMs + " ms");
    }

    /** From the stop of a node to its being back, the longest. */
    public long longestRestartMs() {
        return longestRestartMs;
    }

    /** Asks what stands in the way. */
    private interface Question {
        List<String> ask() throws InterruptedException;
    }

    private long await(String what, Question question) throws InterruptedException, GateStaysShut {
        long beginNs = System.nanoTime();
        long saidMs = 0;
        while (true) {
            List<String> reasons = question.ask();
            long waitedMs = ms(System.nanoTime() - beginNs);
            if (reasons.isEmpty()) {
                return waitedMs;
            }
            if (waitedMs >= patienceMs) {
                throw new GateStaysShut(what + " after " + waitedMs + " ms: " + String.join("; ", reasons));
            }
            if (waitedMs - saidMs >= REMIND_MS) {
                saidMs = waitedMs;
                say.accept(what + " waits: " + reasons.get(0));
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
    }

    private static long ms(long ns) {
        return TimeUnit.NANOSECONDS.toMillis(ns);
    }

    /** A node may not be restarted, for longer than one is ready to wait. */
    public static final class GateStaysShut extends Exception {
        private static final long serialVersionUID = 1L;

        GateStaysShut(String message) {
            super(message);
        }
    }
}
