// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import io.shiplog.metadata.image.EffectiveTopicConfigs;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicConfigs;
import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.simulation.client.ClientWorld;
import io.shiplog.simulation.client.ProducerRules;
import io.shiplog.simulation.client.SimAdmin;
import io.shiplog.simulation.client.SimConsumer;
import io.shiplog.simulation.client.SimProducer;
import io.shiplog.simulation.disk.SimDisk;
import io.shiplog.simulation.engine.Dice;
import io.shiplog.simulation.engine.NodeClock;
import io.shiplog.simulation.engine.Scheduler;
import io.shiplog.simulation.engine.SimProcess;
import io.shiplog.simulation.engine.Trace;
import io.shiplog.simulation.fault.Setup;
import io.shiplog.simulation.history.History;
import io.shiplog.simulation.history.SentAway;
import io.shiplog.simulation.network.SimNetwork;
import io.shiplog.simulation.node.NodeSettings;
import io.shiplog.simulation.node.SimNode;
import io.shiplog.simulation.node.StorageLife;
import io.shiplog.simulation.quorum.BrokerHosts;
import io.shiplog.simulation.quorum.ImageListener;
import io.shiplog.simulation.quorum.SimQuorum;
import io.shiplog.storage.log.LogSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;

/** One cluster with its clients, under observation. */
public final class World implements ClientWorld, WorldView, BrokerHosts {
    private static final int FIRST_CLIENT = 201;

    private final Setup setup;
    private final List<RunWatcher> watchers;
    private final Dice dice;
    private final Trace trace;
    private final Scheduler scheduler;
    private final SimNetwork network;
    private final SimQuorum quorum;
    private final WorldSettings settings;
    private final History history = new History();
    private final ReplicaViews views;
    private final DiskLosses losses = new DiskLosses();
    private final PromisedCopies promisedCopies = new PromisedCopies();
    private long newestImage = -1;
    private final SimNode[] nodes;
    private final List<SimProducer> producers = new ArrayList<>();
    private final List<SimConsumer> consumers = new ArrayList<>();
    private final SimAdmin admin;
    private final Topic topic;
    private int processes;
    private int clients;
    private int effectiveFaults;
    private boolean wasReplicated;
    private long values = 1;
    private BrokenPromise foundInTheMiddle;

    /** A cluster that is going to be started. */
    public World(Setup setup, List<RunWatcher> watchers, Trace trace) {
        this.setup = setup;
        this.watchers = watchers;
        this.trace = trace;
        this.dice = new Dice(setup.seed());
        this.scheduler = new Scheduler(dice.split(), trace);
        this.network = new SimNetwork(scheduler, dice.split());
        network.lateRate(setup.lateRate());
        this.settings = new WorldSettings(setup);
        this.quorum = new SimQuorum(
                settings.quorum(), scheduler, network, dice.split(), this::nextProcess, this::onImage, this);
        this.nodes = new SimNode[setup.storageNodes()];
        for (int id = 1; id <= nodes.length; id++) {
            nodes[id - 1] = new SimNode(id, this, new SimDisk(StorageLife.diskPath(id), dice.split()));
        }
        this.views = new ReplicaViews(this, watchers, trace);
        this.admin = new SimAdmin(this, newClient(), dice.split());
        this.topic = new Topic(this, admin, dice.split());
    }

    SimProcess newClient() {
        NodeClock clock = new NodeClock(scheduler, 1, dice.between(0, 1_000_000), 0);
        return new SimProcess(FIRST_CLIENT + clients++, nextProcess(), clock);
    }

    // ---- driving

    /** Starts everything; the topic is made as soon as there is somebody to ask. */
    public void start() {
        quorum.start();
        for (SimNode node : nodes) {
            node.start();
        }
        admin.start();
        topic.create();
        for (String word : setup.producerWords()) {
            producers.add(new SimProducer(this, newClient(), dice.split(), rules(word)));
        }
    }

    private ProducerRules rules(String word) {
        short acks = (short) (word.charAt(0) == '1' ? 1 : word.charAt(0) == '0' ? 0 : -1);
        boolean idempotent = word.charAt(0) == 'i';
        return new ProducerRules(
                acks,
                idempotent,
                word.charAt(1) - '0',
                500,
                Math.max(2_500, 3 * setup.lagTimeMs() / 2),
                setup.padding());
    }

    /**
     * Lets the next event happen, and observes.
     *
     * @return false when there is none before the time
     */
    public boolean step(long untilUs) {
        if (scheduler.nextAtUs() > untilUs) {
            return false;
        }
        SimProcess process = scheduler.runNext();
        if (process != null && process.id() <= nodes.length) {
            views.look(nodes[process.id() - 1]);
        }
        if (foundInTheMiddle != null) {
            throw foundInTheMiddle;
        }
        views.afterEvent();
        return true;
    }

    /** The topic was made: consumers begin to read it. */
    void onTopic(List<TopicIdPartition> partitions) {
        for (TopicIdPartition partition : partitions) {
            for (int i = 0; i < setup.consumersPerPartition(); i++) {
                SimConsumer consumer =
                        new SimConsumer(this, newClient(), dice.split(), partition, setup.followerShare());
                consumer.seekShare(setup.seekShare());
                if (setup.racks()) {
                    consumer.rack(settings.node().rack(1 + dice.nextInt(nodes.length)));
                }
                consumers.add(consumer);
                consumer.start();
            }
        }
    }

    /** Sends a batch, if the topic is there. */
    public void produce(int producer, int partition, int records) {
        TopicIdPartition to = topic.partition(partition);
        if (to != null) {
            producers.get(producer).produce(to, values, records);
            values += records;
        }
    }

    Trace trace() {
        return trace;
    }

    public Topic topic() {
        return topic;
    }

    public SimAdmin admin() {
        return admin;
    }

    public SimNode node(int id) {
        return nodes[id - 1];
    }

    public List<SimProducer> producers() {
        return producers;
    }

    public List<SimConsumer> consumers() {
        return consumers;
    }

    /**
     * Observes a node in the middle of an event: it will not be there any more when the event is over. One that has closed its replicas, or has
     * not opened them, is left alone: its logs are not gone.
     */
    void lookInTheMiddle(SimNode node) {
        if (node.life() == null || node.life().replicas().all().isEmpty()) {
            return;
        }
        views.look(node);
        try {
            views.afterEvent();
        } catch (BrokenPromise found) {
            // Not through the code of the node.
            foundInTheMiddle = found;
        }
    }

    // ---- what happened to nodes, for observers

    /** A node's process ended or its machine lost power. */
    public void onNodeDown(SimNode node) {
        views.lookAtDisk(node);
        for (RunWatcher each : watchers) {
            each.onNodeDown(this, node.id());
        }
    }

    /** A node's disk holds other things than it was told to. */
    void onDiskChanged(SimNode node) {
        views.onDiskChanged(node);
    }

    /** Whether the topic's policy ever was one under which a power loss may take what is committed. */
    boolean wasReplicated() {
        return wasReplicated || !setup.flushesBeforeCommit();
    }

    void onReplicatedPolicy() {
        wasReplicated = true;
    }

    void onEffectiveFault() {
        effectiveFaults++;
    }

    public DiskLosses losses() {
        return losses;
    }

    private void onImage(int node, MetadataImage image) {
        trace.add(image.offset() * 31 + node);
        trace.line(() -> "node " + node + " has metadata " + image.offset() + inWords(image));
        views.onImage(image);
        if (image.offset() > newestImage) {
            newestImage = image.offset();
            for (TopicIdPartition each : topic.present()) {
                settlePromise(each, image);
            }
        }
        for (RunWatcher each : watchers) {
            each.onImage(this, node, image);
        }
    }

    private void settlePromise(TopicIdPartition id, MetadataImage image) {
        PartitionImage partition = image.partition(id.topicId(), id.partition());
        if (partition != null) {
            int minIsr = TopicConfigs.effectiveMinIsr(
                    EffectiveTopicConfigs.agreed(image, id.topicId()), partition.replicationFactor());
            promisedCopies.settle(id, minIsr, partition.isrSize());
        }
    }

    /** The min ISR that counts for what is committed in a partition ({@link PromisedCopies}). */
    int promisedCopies(TopicIdPartition id) {
        settlePromise(id, metadata());
        return promisedCopies.of(id);
    }

    private String inWords(MetadataImage image) {
        StringBuilder words = new StringBuilder();
        for (TopicIdPartition each : topic.present()) {
            words.append("; ")
                    .append(each.topicPartition())
                    .append(' ')
                    .append(image.partition(each.topicId(), each.partition()));
        }
        return words.toString();
    }

    // ---- what nodes and clients live in

    @Override
    public Scheduler scheduler() {
        return scheduler;
    }

    @Override
    public SimNetwork network() {
        return network;
    }

    @Override
    public SimQuorum quorum() {
        return quorum;
    }

    @Override
    public ImageListener images() {
        return this::onImage;
    }

    @Override
    public NodeSettings settings() {
        return settings.node();
    }

    @Override
    public LogSettings logDefaults() {
        return settings.logDefaults();
    }

    @Override
    public Dice dice() {
        return dice;
    }

    @Override
    public int nextProcess() {
        return ++processes;
    }

    @Override
    public StorageLife lifeAt(int port) {
        for (SimNode node : nodes) {
            if (node.life() != null && node.life().process().number() == port) {
                return node.life();
            }
        }
        return null;
    }

    @Override
    public SimProcess listener(int port) {
        StorageLife life = lifeAt(port);
        return life != null && life.serves() ? life.process() : null;
    }

    @Override
    public boolean hasPower(int nodeId) {
        return nodeId > nodes.length || nodeId < 1 || nodes[nodeId - 1].hasPower();
    }

    @Override
    public void onSentAway(int leader, Uuid topicId, int partition, AssignedReplica to) {
        history.add(new SentAway(leader, topicId, partition, to));
    }

    @Override
    public void onEnded(StorageLife life, String why) {
        trace.line(() -> "node " + life.nodeId() + " " + why);
        trace.add(why.hashCode());
        // Whoever watches over processes starts it again.
        SimNode node = nodes[life.nodeId() - 1];
        lookInTheMiddle(node);
        scheduler.after(dice.between(20_000, 500_000), "supervisor", null, node::start);
    }

    @Override
    public History history() {
        return history;
    }

    @Override
    public int storageNodes() {
        return nodes.length;
    }

    @Override
    public StorageLife serving(int nodeId) {
        StorageLife life = nodes[nodeId - 1].life();
        return life != null && life.serves() ? life : null;
    }

    // ---- what observers see

    @Override
    public Setup setup() {
        return setup;
    }

    @Override
    public long nowUs() {
        return scheduler.nowUs();
    }

    @Override
    public boolean isUp(int node) {
        return nodes[node - 1].isUp();
    }

    @Override
    public List<TopicIdPartition> partitions() {
        return topic.everMade();
    }

    @Override
    public List<ReplicaView> replicas(TopicIdPartition partition) {
        return views.replicas(partition);
    }

    @Override
    public ReplicaView replica(TopicIdPartition partition, int node) {
        return views.replica(partition, node);
    }

    @Override
    public MetadataImage metadata() {
        return quorum.newest();
    }

    @Override
    public DiskLosses diskLosses() {
        return losses;
    }

    @Override
    public boolean hadUncleanElection(TopicIdPartition partition) {
        return views.hadUncleanElection(partition);
    }

    @Override
    public int effectiveFaults() {
        return effectiveFaults;
    }

    /** Storage nodes that have not gone for good. */
    int nodesLeft() {
        int left = 0;
        for (SimNode node : nodes) {
            left += node.isGone() ? 0 : 1;
        }
        return left;
    }

    /** The replica objects of a node now, of its present life. */
    static List<Replica> replicasOf(SimNode node) {
        return node.life() == null ? List.of() : node.life().replicas().all();
    }

    /** Settings of the topic. */
    Map<String, String> topicConfigs() {
        TreeMap<String, String> configs = new TreeMap<>();
        configs.put(TopicConfigs.MIN_INSYNC_REPLICAS, Integer.toString(setup.minIsr()));
        configs.put(TopicConfigs.FLUSH_POLICY, setup.flushPolicy());
        configs.put(TopicConfigs.SEGMENT_BYTES, Integer.toString(setup.segmentBytes()));
        configs.put("index.interval.bytes", Integer.toString(setup.indexIntervalBytes()));
        if (setup.retentionBytes() > 0) {
            configs.put("retention.bytes", Integer.toString(setup.retentionBytes()));
        }
        return configs;
    }

    /** An id for a topic. */
    Uuid newTopicId() {
        return new Uuid(dice.nextLong() | 1, dice.nextLong());
    }
}
