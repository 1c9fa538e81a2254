// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import io.shiplog.metadata.client.BrokerRegistration;
import io.shiplog.metadata.client.MetadataListener;
import io.shiplog.metadata.client.MetadataRefusal;
import io.shiplog.metadata.client.Registration;
import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.simulation.engine.Dice;
import io.shiplog.simulation.engine.NodeClock;
import io.shiplog.simulation.engine.SimLoop;
import io.shiplog.simulation.engine.SimProcess;
import io.shiplog.simulation.node.SimNode;
import io.shiplog.simulation.quorum.SimMetadataClient;
import io.shiplog.simulation.quorum.SimQuorum;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * A second process under the id of a node, on another machine with an empty disk: it claims the id as long as it is there, and once it is let in
 * it sends heartbeats and follows the metadata. It ends before it has copied anything, so it never serves.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what follows is in the continuation
final class Impostor implements MetadataListener {
    private static final long RETRY_MS = 60;

    private final World world;
    private final SimNode node;
    private final SimProcess process;
    private final SimLoop loop;
    private final SimMetadataClient client;
    private final BrokerRegistration claim;
    private boolean letIn;

    Impostor(World world, SimNode node, Dice dice) {
        this.world = world;
        this.node = node;
        NodeClock clock = new NodeClock(world.scheduler(), 1, dice.between(0, 1_000_000), 0);
        this.process = new SimProcess(node.id(), world.nextProcess(), clock);
        this.loop = new SimLoop(world.scheduler(), process, dice.split(), "impostor");
        this.client = new SimMetadataClient(
                world.quorum(),
                world.network(),
                world.scheduler(),
                process,
                dice.split(),
                world.settings().client(),
                world.images());
        this.claim = new BrokerRegistration(
                node.id(),
                new Uuid(dice.nextLong() | 1, dice.nextLong()),
                "impostor",
                process.number(),
                null,
                List.of(new Uuid(dice.nextLong() | 1, dice.nextLong())),
                -1,
                List.of(),
                SimQuorum.CLUSTER_ID);
    }

    void start() {
        client.start(this);
        loop.execute(this::claim);
    }

    private void claim() {
        client.register(claim)
                .whenComplete((registration, failure) -> loop.execute(() -> {
                    if (failure == null) {
                        onLetIn(registration);
                    } else if (failure instanceof MetadataRefusal refusal
                            && refusal.error() == Errors.DUPLICATE_BROKER_REGISTRATION) {
                        var unused = loop.schedule(this::claim, RETRY_MS);
                    }
                }));
    }

    /** Whatever the node's disk holds: for the cluster the node has an empty one now. */
    private void onLetIn(Registration registration) {
        letIn = true;
        world.trace().line(() -> "the impostor of " + node.id() + " is let in as " + registration.brokerEpoch());
        world.losses().onReplaced(node.id());
        client.reportApplied(client.image().offset());
    }

    @Override
    public void onMetadata(MetadataImage previous, MetadataImage current, MetadataDelta delta) {
        if (letIn) {
            client.reportApplied(current.offset());
        }
    }

    /** Somebody has the id by a later claim. */
    @Override
    public void onRegistrationLost(Errors error, String message) {
        end();
    }

    /** It goes; the id is free once its session has ended. */
    void end() {
        if (process.isAlive()) {
            client.close();
            process.die();
            world.network().onDied(process, true);
        }
    }
}
