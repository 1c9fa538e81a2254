// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.sight;

import io.shiplog.replication.runtime.Replica;
import io.shiplog.simulation.invariant.BrokerSight;
import io.shiplog.simulation.invariant.ReplicaSight;
import io.shiplog.simulation.node.SimNode;
import io.shiplog.simulation.node.StorageLife;
import io.shiplog.simulation.world.DiskLosses;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;

/** A storage node: its machine, its disk, and its process. */
final class NodeSight implements BrokerSight {
    private static final int UUID_CHARS = 22;

    private final SimNode node;
    private final DiskLosses losses;
    private StorageLife life;
    private List<Replica> known = List.of();
    private List<ReplicaSight> sights = List.of();

    NodeSight(SimNode node, DiskLosses losses) {
        this.node = node;
        this.losses = losses;
    }

    @Override
    public int id() {
        return node.id();
    }

    @Override
    public boolean running() {
        return node.life() != null;
    }

    @Override
    public boolean isGone() {
        return node.isGone();
    }

    @Override
    public int life() {
        return node.lives();
    }

    @Override
    public long brokerEpoch() {
        return node.life() == null ? -1 : node.life().brokerEpoch();
    }

    @Override
    public boolean stoppedCleanly() {
        return node.lastLifeStoppedInOrder();
    }

    @Override
    public int powerLosses() {
        return node.powerLosses();
    }

    @Override
    public int disksLost() {
        // A machine that is gone for good has taken its disk with it.
        return losses.disksLost(node.id()) + (node.isGone() ? 1 : 0);
    }

    @Override
    public int disksEmptied() {
        return losses.disksEmptied(node.id());
    }

    @Override
    public List<ReplicaSight> replicas() {
        if (node.life() == null) {
            life = null;
            known = List.of();
            sights = List.of();
            return sights;
        }
        List<Replica> now = node.life().replicas().all();
        if (life != node.life() || now != known) {
            life = node.life();
            known = now;
            sights = new ArrayList<>(now.size());
            for (Replica replica : now) {
                sights.add(new ReplicaOfNode(replica, node.disk()));
            }
        }
        return sights;
    }

    @Override
    public List<PartitionName> logs() {
        List<PartitionName> logs = new ArrayList<>();
        for (String directory : node.disk().directories()) {
            boolean isLog = directory.length() > UUID_CHARS + 1 && directory.charAt(UUID_CHARS) == '-';
            if (isLog && directory.indexOf('.') < 0) {
                Uuid topicId = Uuid.fromString(directory.substring(0, UUID_CHARS));
                logs.add(new PartitionName(
                        topicId, Integer.parseInt(directory, UUID_CHARS + 1, directory.length(), 10)));
            }
        }
        return logs;
    }
}
