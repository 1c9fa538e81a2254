// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.network;

import io.shiplog.simulation.engine.Dice;
import io.shiplog.simulation.engine.Scheduler;
import io.shiplog.simulation.engine.SimProcess;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The network between all nodes: connections that keep the order of what is sent, links that delay, and may be cut in one direction or both.
 * What is sent over a cut link waits (TCP sends it again) until the link is whole or the connection given up; of what is given up some arrives
 * all the same, late.
 */
public final class SimNetwork {
    private final Scheduler scheduler;
    private final Dice dice;
    private final Set<Long> cuts = new TreeSet<>();
    private final Set<SimConnection> connections = new LinkedHashSet<>();
    /** Whether there are any: asked for every message. */
    private boolean hasCuts;

    private double slowness = 1;
    private double lateRate;

    public SimNetwork(Scheduler scheduler, Dice dice) {
        this.scheduler = scheduler;
        this.dice = dice;
    }

    /** Of what is still on its way when its sender gives up, so much arrives all the same. */
    public void lateRate(double rate) {
        lateRate = rate;
    }

    /** Everything takes so many times as long. */
    public void slowDown(double factor) {
        slowness = factor;
    }

    private static long link(int from, int to) {
        return ((long) from << 32) | to;
    }

    /** From now on nothing arrives that goes this way. */
    public void cut(int from, int to) {
        cuts.add(link(from, to));
        hasCuts = true;
    }

    public void heal(int from, int to) {
        if (cuts.remove(link(from, to))) {
            hasCuts = !cuts.isEmpty();
            flush();
        }
    }

    public void healAll() {
        cuts.clear();
        hasCuts = false;
        slowness = 1;
        flush();
    }

    public boolean isCut(int from, int to) {
        return hasCuts && cuts.contains(link(from, to));
    }

    public boolean hasCuts() {
        return hasCuts;
    }

    /** Whether two nodes hear each other. */
    public boolean isWhole(int a, int b) {
        return !isCut(a, b) && !isCut(b, a);
    }

    private void flush() {
        for (SimConnection connection : List.copyOf(connections)) {
            connection.flush();
        }
    }

    /**
     * Opens a connection. What is sent before the other side is known to be there arrives if it is.
     *
     * @param server null when nobody listens there: then it is closed soon, or, when its machine is without power, never
     */
    public SimConnection connect(SimProcess client, int serverNode, SimProcess server, boolean serverHasPower) {
        SimConnection connection = new SimConnection(this, scheduler, client, serverNode, server);
        connections.add(connection);
        boolean listens = server != null && server.isAlive();
        if (!listens && serverHasPower) {
            connection.refuse();
        }
        return connection;
    }

    /** A process ended; its machine tells the others, unless it is without power. */
    public void onDied(SimProcess process, boolean machineHasPower) {
        for (SimConnection connection : List.copyOf(connections)) {
            connection.onDied(process, machineHasPower);
        }
    }

    /** A machine has power again: it knows nothing of the connections from before, and says so. */
    public void onPowerBack(int node) {
        for (SimConnection connection : List.copyOf(connections)) {
            connection.onPowerBack(node);
        }
    }

    /** Connections of a node break, as many as chance wants. Returns how many. */
    public int reset(int node, double share) {
        int count = 0;
        for (SimConnection connection : List.copyOf(connections)) {
            if (connection.concerns(node) && dice.chance(share)) {
                connection.reset();
                count++;
            }
        }
        return count;
    }

    void remove(SimConnection connection) {
        connections.remove(connection);
    }

    long delayUs() {
        double usual = dice.chance(0.01) ? dice.between(2_000, 30_000) : dice.between(40, 300);
        return (long) (usual * slowness);
    }

    boolean arrivesLate() {
        return dice.chance(lateRate);
    }

    long lateUs() {
        return dice.between(1_000, 400_000);
    }

    /** All connections at this moment. */
    List<SimConnection> connections() {
        return new ArrayList<>(connections);
    }
}
