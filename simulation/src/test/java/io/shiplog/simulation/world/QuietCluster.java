// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicConfigs;
import io.shiplog.simulation.client.AdminCommands;
import io.shiplog.simulation.engine.Trace;
import io.shiplog.simulation.fault.Setup;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.TopicIdPartition;

/** A cluster to which nothing happens but what a test does: one topic with one partition on all nodes, one producer, one consumer. */
final class QuietCluster {
    private static final long LIMIT_US = 20_000_000;

    final World world;
    final Faults faults;
    final TopicIdPartition partition;

    QuietCluster(int nodes, int minIsr) {
        this(nodes, minIsr, 1);
    }

    QuietCluster(int nodes, int minIsr, long seed) {
        world = new World(setup(nodes, minIsr, seed), List.of(), new Trace(null));
        faults = new Faults(world);
        world.start();
        until(() -> world.topic().isReady());
        partition = world.topic().partition(0);
        until(() -> world.node(nodes).isUp() && image().isrSize() == nodes);
        pass(1_000);
    }

    private static Setup setup(int nodes, int minIsr, long seed) {
        return new Setup(
                seed, nodes, 1, 1, nodes, minIsr, "commit", 65_536, 4_096, -1, "i5", 1, 0, 1_000, 400, 0, 0, 0, 1_000,
                2, false, 0, 0, 200, 500, true, false, 0, -1);
    }

    PartitionImage image() {
        return world.metadata().partition(partition.topicId(), partition.partition());
    }

    void setMinIsr(int value) {
        boolean[] done = new boolean[1];
        world.admin()
                .submit(
                        "configure",
                        AdminCommands.setTopicConfig(
                                partition.topic(), TopicConfigs.MIN_INSYNC_REPLICAS, Integer.toString(value)),
                        (result, failure) -> done[0] = failure == null);
        until(() -> done[0]);
    }

    ReplicaView replica(int node) {
        return world.replica(partition, node);
    }

    /** Lets one event after the other happen, until it is so. */
    void until(BooleanSupplier done) {
        long limitUs = world.nowUs() + LIMIT_US;
        while (!done.getAsBoolean()) {
            if (!world.step(limitUs)) {
                throw new AssertionError("20 s have passed, or nothing is left to happen");
            }
        }
    }

    /** The consumer reads no more; its last fetch is over. */
    void stopConsumer() {
        world.consumers().get(0).stop();
        pass(2_000);
    }

    void pass(long ms) {
        long untilUs = world.nowUs() + ms * 1_000;
        boolean[] over = new boolean[1];
        world.scheduler().at(untilUs, "passed", null, () -> over[0] = true);
        until(() -> over[0]);
    }
}
