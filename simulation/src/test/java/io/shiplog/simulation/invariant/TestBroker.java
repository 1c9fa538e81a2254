// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import java.util.ArrayList;
import java.util.List;

/** A broker that is what a test says. */
final class TestBroker implements BrokerSight {
    final TestReplica replica = new TestReplica();
    final List<PartitionName> logs = new ArrayList<>();
    private final int id;
    boolean running = true;
    boolean gone;
    int life = 1;
    long epoch;
    boolean clean = true;
    int powerLosses;
    int disksLost;
    int disksEmptied;

    TestBroker(int id) {
        this.id = id;
        logs.add(new PartitionName(TestCluster.TOPIC, 0));
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public boolean running() {
        return running;
    }

    @Override
    public boolean isGone() {
        return gone;
    }

    @Override
    public int life() {
        return life;
    }

    @Override
    public long brokerEpoch() {
        return epoch;
    }

    @Override
    public boolean stoppedCleanly() {
        return clean;
    }

    @Override
    public int powerLosses() {
        return powerLosses;
    }

    @Override
    public int disksLost() {
        return disksLost;
    }

    @Override
    public int disksEmptied() {
        return disksEmptied;
    }

    @Override
    public List<ReplicaSight> replicas() {
        return running ? List.of(replica) : List.of();
    }

    @Override
    public List<PartitionName> logs() {
        return logs;
    }
}
