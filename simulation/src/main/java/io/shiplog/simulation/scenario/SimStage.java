// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.scenario;

import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.replication.runtime.ConsumerRead;
import io.shiplog.replication.runtime.FetchOutcome;
import io.shiplog.replication.runtime.OffsetLookup;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.simulation.client.AdminCommands;
import io.shiplog.simulation.engine.Trace;
import io.shiplog.simulation.fault.Setup;
import io.shiplog.simulation.history.Outcome;
import io.shiplog.simulation.history.ProduceOp;
import io.shiplog.simulation.node.SimNode;
import io.shiplog.simulation.sight.NodeReplicas;
import io.shiplog.simulation.sight.Promises;
import io.shiplog.simulation.world.World;
import io.shiplog.storage.log.LogSlice;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;

/**
 * The simulator's cluster as a stage: all that a story tells happens to real classes, and all promises are watched. A story's brokers are called
 * as it calls them, in the order of the assignment.
 */
public final class SimStage implements Stage {
    private static final long LATEST = -1;
    private static final int READ_BYTES = 1 << 20;
    private static final long START_LIMIT_US = 20_000_000;
    /** Longer than any story waits for something else. */
    private static final int LAG_TIME_MS = 8_000;

    private final Consumer<String> trace;
    private List<Integer> names = List.of();
    private int[] assigned = {};
    private World world;
    private TopicIdPartition partition;

    /** @param trace takes what happens, in words; null: nobody reads */
    public SimStage(Consumer<String> trace) {
        this.trace = trace;
    }

    @Override
    public void begin(List<Integer> brokers) {
        names = brokers;
    }

    @Override
    public void createTopic(String name, List<Integer> replicas, int minIsr) {
        if (!replicas.equals(names)) {
            throw new IllegalArgumentException("a story's topic has a replica on each of its brokers: " + names);
        }
        world = new World(setup(names.size(), minIsr), List.of(new Promises()), new Trace(trace));
        world.start();
        while (!world.topic().isReady()) {
            if (!world.step(START_LIMIT_US)) {
                throw new IllegalStateException("the cluster did not come up");
            }
        }
        partition = world.topic().partition(0);
        assigned = image().replicas();
        pass(1_000);
    }

    private static Setup setup(int nodes, int minIsr) {
        return new Setup(
                1,
                nodes,
                3,
                1,
                nodes,
                minIsr,
                "commit",
                65_536,
                4_096,
                -1,
                "i5,15",
                1,
                0,
                LAG_TIME_MS,
                400,
                0,
                0,
                0,
                1_000,
                2,
                false,
                0,
                0,
                200,
                500,
                true,
                false,
                0,
                -1);
    }

    // ---- what happens

    @Override
    public void produce(int records, short acks) {
        for (int i = 0; i < records; i++) {
            world.produce(acks == 1 ? 1 : 0, 0, 1);
        }
    }

    @Override
    public void link(int one, int other, boolean up) {
        int a = node(one).id();
        int b = node(other).id();
        if (up) {
            world.network().heal(a, b);
            world.network().heal(b, a);
        } else {
            world.network().cut(a, b);
            world.network().cut(b, a);
        }
    }

    @Override
    public void crash(int broker) {
        node(broker).kill();
        world.onNodeDown(node(broker));
    }

    @Override
    public void start(int broker) {
        node(broker).start();
    }

    @Override
    public void elect(boolean uncleanly) {
        world.admin().submit("elect", AdminCommands.electLeader(partition, uncleanly), (result, failure) -> {});
    }

    @Override
    public void pass(long ms) {
        long untilUs = world.nowUs() + ms * 1_000;
        world.scheduler().at(untilUs, "story", null, () -> {});
        while (world.step(untilUs)) {
            // Virtual time passes by what happens in it.
        }
    }

    // ---- what is so

    @Override
    public int acknowledged() {
        int count = 0;
        for (ProduceOp op : world.history().produces()) {
            count += op.outcome == Outcome.OK ? op.records : 0;
        }
        return count;
    }

    @Override
    public List<Long> acknowledgedByAll() {
        List<Long> values = new ArrayList<>();
        for (ProduceOp op : world.history().produces()) {
            if (op.isPromised()) {
                values.add(op.firstValue);
            }
        }
        return values;
    }

    @Override
    public List<String> producerErrors() {
        TreeSet<String> errors = new TreeSet<>();
        for (ProduceOp op : world.history().produces()) {
            if (op.error != Errors.NONE) {
                errors.add(op.error.name());
            }
        }
        return List.copyOf(errors);
    }

    @Override
    public Sight sight(int broker) {
        Replica replica = broker < 0 ? null : NodeReplicas.find(node(broker), partition);
        if (replica == null) {
            return new Sight(false, -1, -1, -1, List.of());
        }
        List<Written> log = new ArrayList<>();
        NodeReplicas.entries(node(broker), replica)
                .forEach(entry -> log.add(new Written(entry.offset(), entry.leaderEpoch(), entry.value())));
        return new Sight(
                replica.isLeader(), replica.leaderEpoch(), replica.log().logEndOffset(), replica.highWatermark(), log);
    }

    @Override
    public Agreed agreed() {
        PartitionImage image = image();
        return new Agreed(
                name(image.leader()), image.leaderEpoch(), names(image.isr()), names(image.elr()), image.unclean());
    }

    @Override
    public long latestOffset(int broker) {
        Replica replica = NodeReplicas.find(node(broker), partition);
        if (replica == null) {
            return -1;
        }
        OffsetLookup found = replica.lookUpOffset(LATEST, -1);
        return found.error() == Errors.NONE ? found.offset() : -1;
    }

    @Override
    public int readable(int broker) {
        Replica replica = NodeReplicas.find(node(broker), partition);
        if (replica == null) {
            return 0;
        }
        ConsumerRead read = new ConsumerRead();
        read.allowFollower = true;
        read.maxBytes = READ_BYTES;
        FetchOutcome outcome = new FetchOutcome();
        replica.readForConsumer(read, outcome);
        ByteBuffer bytes = ByteBuffer.allocate(outcome.records.sizeInBytes());
        LogSlice slice = outcome.records.take();
        slice.copyTo(bytes);
        slice.release();
        int count = 0;
        for (Record record : MemoryRecords.readableRecords(bytes.flip()).records()) {
            count += record.offset() >= 0 ? 1 : 0;
        }
        return count;
    }

    private PartitionImage image() {
        return world.metadata().partition(partition.topicId(), partition.partition());
    }

    // ---- names

    private SimNode node(int name) {
        return world.node(assigned[names.indexOf(name)]);
    }

    private int name(int nodeId) {
        for (int i = 0; i < assigned.length; i++) {
            if (assigned[i] == nodeId) {
                return names.get(i);
            }
        }
        return -1;
    }

    private List<Integer> names(int[] nodes) {
        List<Integer> found = new ArrayList<>();
        for (int node : nodes) {
            found.add(name(node));
        }
        return found;
    }
}
