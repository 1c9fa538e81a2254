// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import java.util.ArrayList;
import java.util.List;

/** What an invariant may look at. */
public final class Scene {
    private final Truth truth;
    private final List<Observation> observations = new ArrayList<>();
    private final List<Observation.Deleted> deletions = new ArrayList<>();
    private ClusterSight cluster;

    Scene(Truth truth) {
        this.truth = truth;
    }

    void show(ClusterSight now) {
        cluster = now;
    }

    void hear(Observation observation) {
        observations.add(observation);
        if (observation instanceof Observation.Deleted deleted) {
            deletions.add(deleted);
        }
    }

    ClusterSight cluster() {
        return cluster;
    }

    /** The broker; null when there is none of that id. */
    BrokerSight broker(int id) {
        for (BrokerSight broker : cluster.brokers()) {
            if (broker.id() == id) {
                return broker;
            }
        }
        return null;
    }

    /** Whether the replica is that of a process that runs now. */
    boolean serves(ReplicaTruth replica) {
        BrokerSight broker = broker(replica.brokerId());
        return broker != null && broker.running() && broker.life() == replica.life;
    }

    /** Whether something was ever done to the disk of the replica that no code can undo: what lies there may be anything. */
    boolean mayRot(ReplicaTruth replica) {
        BrokerSight broker = broker(replica.brokerId());
        return broker == null || broker.disksLost() > 0;
    }

    /**
     * Whether a broker shows a committed record with another offset or epoch than it has, because these rotted on its disk just now. No checksum of
     * the batch covers them; those of the node do, but it trusts what it has written itself within the last read.check.interval.ms, and a run is
     * shorter than that.
     */
    boolean showsRot(PartitionTruth partition, int brokerId, Entry shown) {
        BrokerSight broker = broker(brokerId);
        long offset = partition.offsetOf(shown.value());
        if (offset < 0 || broker == null || broker.disksLost() == 0) {
            return false;
        }
        for (ReplicaSight replica : broker.replicas()) {
            if (replica.topicId().equals(partition.topicId()) && replica.partition() == partition.partition()) {
                List<Entry> there = replica.entries(offset, offset + 1);
                return !there.isEmpty() && there.get(0).value() == Entry.UNREADABLE;
            }
        }
        return false;
    }

    Truth truth() {
        return truth;
    }

    /** What clients have heard so far, and at the end what they never did. */
    List<Observation> observations() {
        return observations;
    }

    /** Those of them that are deletions: few, and looked at for every read. */
    List<Observation.Deleted> deletions() {
        return deletions;
    }
}
