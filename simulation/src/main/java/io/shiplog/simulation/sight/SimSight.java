// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.sight;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.simulation.invariant.BrokerSight;
import io.shiplog.simulation.invariant.ClusterSight;
import io.shiplog.simulation.node.SimNode;
import io.shiplog.simulation.quorum.SimQuorum;
import io.shiplog.simulation.world.World;
import java.util.ArrayList;
import java.util.List;

/** A simulated cluster as the invariants see it. */
final class SimSight implements ClusterSight {
    private final World world;
    private final SimQuorum quorum;
    private final List<BrokerSight> brokers = new ArrayList<>();
    private int touched = ALL;

    SimSight(World world, Iterable<SimNode> nodes) {
        this.world = world;
        this.quorum = world.quorum();
        for (SimNode node : nodes) {
            brokers.add(new NodeSight(node, world.losses()));
        }
    }

    /** An event is over; only this broker may have changed, or {@link #ALL}. */
    SimSight after(int broker) {
        touched = broker;
        return this;
    }

    @Override
    public long nowUs() {
        return world.nowUs();
    }

    @Override
    public int touched() {
        return touched;
    }

    @Override
    public boolean electsUncleanly() {
        return world.setup().uncleanAllowed();
    }

    @Override
    public MetadataImage agreed() {
        return quorum.newest();
    }

    @Override
    public List<MetadataImage> agreedSince(MetadataImage known) {
        return quorum.stepsToNewest(known);
    }

    @Override
    public List<BrokerSight> brokers() {
        return brokers;
    }

    @Override
    public List<MetadataImage> quorumImages() {
        List<MetadataImage> images = new ArrayList<>();
        for (int id = SimQuorum.FIRST_ID; id < SimQuorum.FIRST_ID + quorum.size(); id++) {
            if (quorum.isUp(id)) {
                images.add(quorum.image(id));
            }
        }
        return images;
    }
}
