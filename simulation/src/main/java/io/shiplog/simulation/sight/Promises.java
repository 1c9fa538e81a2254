// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.sight;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.simulation.invariant.Checker;
import io.shiplog.simulation.invariant.Ending;
import io.shiplog.simulation.invariant.Violation;
import io.shiplog.simulation.node.SimNode;
import io.shiplog.simulation.world.BrokenPromise;
import io.shiplog.simulation.world.ReplicaView;
import io.shiplog.simulation.world.RunWatcher;
import io.shiplog.simulation.world.World;
import io.shiplog.simulation.world.WorldView;
import java.util.ArrayList;
import java.util.List;

/** All promises, watched over one run: tells the checker what happens, and ends the run when it finds something. */
public final class Promises implements RunWatcher {
    /** Some things can change without being told of; so everything is looked at now and then. */
    private static final int LOOK_AT_ALL_EVERY = 192;

    private final Checker checker = new Checker();
    private SimSight sight;
    private Clients clients;
    private int touched = SimSight.NOBODY;
    private int sinceAll;

    @Override
    public void onReplica(WorldView world, ReplicaView replica) {
        touch(replica.node());
    }

    @Override
    public void onImage(WorldView world, int node, MetadataImage image) {
        touch(SimSight.ALL);
    }

    @Override
    public void onDiskLost(WorldView world, int node) {
        touch(SimSight.ALL);
    }

    @Override
    public void onNodeDown(WorldView world, int node) {
        touch(node);
    }

    private void touch(int node) {
        touched = touched == SimSight.NOBODY || touched == node ? node : SimSight.ALL;
    }

    @Override
    public void afterEvent(WorldView world) {
        if (sight == null) {
            begin((World) world);
        }
        if (++sinceAll >= LOOK_AT_ALL_EVERY) {
            touched = SimSight.ALL;
        }
        if (touched != SimSight.NOBODY) {
            sinceAll = touched == SimSight.ALL ? 0 : sinceAll;
            checker.afterEvent(sight.after(touched));
            touched = SimSight.NOBODY;
        }
        // What clients hear is judged by what was seen just now: nothing happened since.
        clients.afterEvent(sight.after(SimSight.NOBODY));
        judge();
    }

    @Override
    public void atEnd(WorldView world) {
        touched = SimSight.ALL;
        afterEvent(world);
        clients.atEnd(sight);
        List<Integer> core = new ArrayList<>();
        for (int id = 1; id <= world.storageNodes(); id++) {
            if (!((World) world).node(id).isGone()) {
                core.add(id);
            }
        }
        sight.after(SimSight.ALL);
        checker.atEnd(new Ending(true, core, world.nowUs(), -1, 0), sight);
        judge();
    }

    private void begin(World world) {
        List<SimNode> nodes = new ArrayList<>();
        for (int id = 1; id <= world.storageNodes(); id++) {
            nodes.add(world.node(id));
        }
        sight = new SimSight(world, nodes);
        clients = new Clients(world.history(), checker);
    }

    private void judge() {
        if (!checker.violations().isEmpty()) {
            Violation first = checker.violations().get(0);
            throw new BrokenPromise(first.invariant(), null, first.toString());
        }
    }
}
