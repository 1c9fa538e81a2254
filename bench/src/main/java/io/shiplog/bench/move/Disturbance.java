// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.move;

import io.shiplog.bench.harness.Shell;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;

/** Kills, one after the other and each at its share of the move, the active controller, a node that replicas leave, and one that they go to; each is started again. */
final class Disturbance {
    private static final double FIRST = 15;
    private static final double STEP = 25;
    private static final String SOURCE = "storage-1";
    private static final String TARGET = "storage-4";
    private static final long AWAY_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long PATIENCE_S = 30;

    private final List<String> control;
    private final String dir;
    private final Admin admin;
    private int killed;

    private Disturbance(List<String> control, String dir, Admin admin, int killed) {
        this.control = control;
        this.dir = dir;
        this.admin = admin;
        this.killed = killed;
    }

    static Disturbance none() {
        return new Disturbance(List.of(), "", null, Integer.MAX_VALUE);
    }

    static Disturbance killing(List<String> control, String dir, Admin admin) {
        return new Disturbance(control, dir, admin, 0);
    }

    /** Called again and again, with how far the move is. */
    void at(double percent) throws IOException, InterruptedException {
        if (killed < 3 && percent >= FIRST + killed * STEP) {
            String node = killed == 0 ? controller() : killed == 1 ? SOURCE : TARGET;
            killed++;
            run("kill", node);
            System.out.printf("%.0f %%: %s killed%n", percent, node);
            LockSupport.parkNanos(AWAY_NS);
            run("start", node);
        }
    }

    /** The move is done. */
    void end() {
        if (killed < 3) {
            throw new IllegalStateException("the move was done before all were killed: " + killed + " of 3");
        }
    }

    private String controller() throws InterruptedException {
        try {
            return "quorum-"
                    + admin.describeMetadataQuorum()
                            .quorumInfo()
                            .get(PATIENCE_S, TimeUnit.SECONDS)
                            .leaderId();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("who is the active controller?", e);
        }
    }

    private void run(String what, String node) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(control);
        words.addAll(List.of(what, node, "--dir", dir));
        Shell.Result result = Shell.run(words);
        if (result.status() != 0) {
            throw new IOException(words + ": " + result.out());
        }
    }
}
