// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.client;

import io.shiplog.simulation.engine.Dice;
import io.shiplog.simulation.engine.SimLoop;
import io.shiplog.simulation.engine.SimProcess;
import io.shiplog.simulation.history.ProduceOp;
import io.shiplog.simulation.node.StorageLife;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.kafka.common.TopicIdPartition;

/**
 * A producer: it batches nothing, retries, has several requests in flight, and, if it is idempotent, numbers its batches. One lane for each
 * partition, each a producer of its own to the cluster.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what follows is in the continuation
public final class SimProducer {
    private static final long RETRY_MS = 20;

    private final ClientWorld world;
    private final SimProcess process;
    private final SimLoop loop;
    private final Dice dice;
    private final ProducerRules rules;
    private final LeaderFinder leaders;
    private final Map<TopicIdPartition, ProducerLane> lanes = new LinkedHashMap<>();

    public SimProducer(ClientWorld world, SimProcess process, Dice dice, ProducerRules rules) {
        this.world = world;
        this.process = process;
        this.dice = dice;
        this.rules = rules;
        this.loop = new SimLoop(world.scheduler(), process, dice.split(), "producer");
        this.leaders = new LeaderFinder(world, dice.split(), process.id());
    }

    /** Sends a batch. The operation is in the history from now on. */
    public void produce(TopicIdPartition partition, long firstValue, int records) {
        ProduceOp op = new ProduceOp(
                world.history().produces().size(),
                process.id(),
                partition,
                rules.acks(),
                rules.idempotent(),
                firstValue,
                records,
                world.scheduler().nowUs());
        world.history().add(op);
        loop.execute(() ->
                lanes.computeIfAbsent(partition, p -> new ProducerLane(this, p)).add(op));
    }

    /** Whether every operation has its outcome. */
    public boolean isIdle() {
        for (ProducerLane lane : lanes.values()) {
            if (!lane.isIdle()) {
                return false;
            }
        }
        return true;
    }

    ClientWorld world() {
        return world;
    }

    SimProcess process() {
        return process;
    }

    SimLoop loop() {
        return loop;
    }

    Dice dice() {
        return dice;
    }

    ProducerRules rules() {
        return rules;
    }

    LeaderFinder leaders() {
        return leaders;
    }

    /** Asks the cluster for a producer id, again and again until there is one. */
    void askForProducerId(LongConsumer taker) {
        int node = leaders.anyNode();
        StorageLife life = world.serving(node);
        Runnable again = () -> {
            var unused = loop.schedule(() -> askForProducerId(taker), RETRY_MS);
        };
        if (life == null) {
            again.run();
            return;
        }
        boolean[] answered = new boolean[1];
        ClientConnection connection = new ClientConnection(
                world,
                process,
                node,
                life.process().number(),
                () -> loop.execute(() -> {
                    if (!answered[0]) {
                        answered[0] = true;
                        again.run();
                    }
                }));
        connection.send((server, answer) -> server.producerIds()
                .next()
                .whenComplete((id, failure) -> server.loop()
                        .execute(() -> answer.with(() -> loop.execute(() -> {
                            connection.close();
                            if (!answered[0]) {
                                answered[0] = true;
                                if (failure == null) {
                                    taker.accept(id);
                                } else {
                                    again.run();
                                }
                            }
                        })))));
        var unused = loop.schedule(
                () -> {
                    if (!answered[0]) {
                        answered[0] = true;
                        connection.close();
                        again.run();
                    }
                },
                rules.requestTimeoutMs());
    }
}
