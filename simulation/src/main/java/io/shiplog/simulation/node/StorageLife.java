// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.node;

import io.shiplog.metadata.client.BrokerRegistration;
import io.shiplog.metadata.client.MetadataListener;
import io.shiplog.metadata.client.MetadataRefusal;
import io.shiplog.metadata.client.Registration;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.replication.fetch.FetchPolicies;
import io.shiplog.replication.fetch.FetchService;
import io.shiplog.replication.fetch.FetchSettings;
import io.shiplog.replication.fetch.RackAwareSelector;
import io.shiplog.replication.fetch.ReplicaFetchers;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ReplicaContext;
import io.shiplog.replication.runtime.ReplicaSet;
import io.shiplog.replication.runtime.ReplicationSettings;
import io.shiplog.replication.runtime.ShippingContext;
import io.shiplog.replication.runtime.ShippingLimit;
import io.shiplog.server.adapter.DamageRepair;
import io.shiplog.server.adapter.ImageToReplicas;
import io.shiplog.server.adapter.LocalPartitions;
import io.shiplog.server.adapter.LogDirectories;
import io.shiplog.server.adapter.LogDirectories.Recovered;
import io.shiplog.server.adapter.LogInfos;
import io.shiplog.server.adapter.OfflineReplicas;
import io.shiplog.server.adapter.QuorumIsrProposals;
import io.shiplog.server.api.ProducerIds;
import io.shiplog.server.api.SegmentRequests;
import io.shiplog.simulation.disk.Mount;
import io.shiplog.simulation.disk.SimDisk;
import io.shiplog.simulation.disk.SimHost;
import io.shiplog.simulation.engine.Dice;
import io.shiplog.simulation.engine.SimLoop;
import io.shiplog.simulation.engine.SimProcess;
import io.shiplog.simulation.quorum.SimMetadataClient;
import io.shiplog.storage.log.DirectoryStamp;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.model.StorageException;
import io.shiplog.storage.scrub.ScrubSettings;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** One life of a storage node's process, from opening its data to its end; what {@code StorageNode} does, in the same order. */
@SuppressWarnings("FutureReturnValueIgnored") // what follows is in the continuation
public final class StorageLife {
    private static final long REGISTRATION_RETRY_MS = 100;
    /** Few, so that a segment of some batches is taken in in several turns. */
    private static final int BATCHES_PER_TURN = 2;

    private static final ScrubSettings SCRUB =
            new ScrubSettings(3_000, ScrubSettings.DEFAULT_BYTES_PER_SECOND, ScrubSettings.DEFAULT_READ_TRUST_MS);

    private final SimNode node;
    private final NodeWorld world;
    private final SimProcess process;
    private final Dice dice;
    private final SimLoop loop;
    private final SimMetadataClient client;
    private final SegmentLinks segments; // null: none are shipped
    private final ReplicaSet replicas;
    private final ReplicaFetchers fetchers;
    private final FetchService fetchService;
    private final SegmentRequests segmentRequests;
    private final LocalPartitions access;
    private final OfflineReplicas offline;
    private final LogInfos logInfos;
    private final ProducerIds producerIds;
    private final Uuid incarnationId;

    private LogDirectories directories;
    private ImageToReplicas images;
    private DamageRepair repair;
    private long brokerEpoch = -1;
    private boolean scrubbing;
    private LogDirectory directory;
    private boolean serves;
    private boolean ended;
    private boolean stopping;
    private boolean stoppedInOrder;

    StorageLife(SimNode node, NodeWorld world, SimProcess process) {
        this.node = node;
        this.world = world;
        this.process = process;
        this.dice = world.dice().split();
        this.loop = new SimLoop(world.scheduler(), process, dice.split(), "loop");
        this.incarnationId = new Uuid(dice.nextLong() | 1, dice.nextLong());
        this.client = new SimMetadataClient(
                world.quorum(),
                world.network(),
                world.scheduler(),
                process,
                dice.split(),
                world.settings().client(),
                world.images());
        NodeSettings settings = world.settings();
        ReplicationSettings replication = new ReplicationSettings(node.id(), settings.core(), settings.tickMs());
        this.segments = settings.shipBytes() < 0
                ? null
                : new SegmentLinks(world, process, loop, node.disk(), client::image, () -> brokerEpoch, dice.split());
        this.replicas = new ReplicaSet(new ReplicaContext(
                loop,
                new QuorumIsrProposals(client, loop),
                replication,
                segments == null
                        ? ShippingContext.NEVER
                        : new ShippingContext(segments, settings.shipBytes(), BATCHES_PER_TURN)));
        this.fetchers = new ReplicaFetchers(
                loop,
                leader -> new FetchLink(world, process, loop, client::image, leader),
                () -> brokerEpoch,
                settings.fetcher(node.id()));
        this.offline = new OfflineReplicas(node.id(), replicas, fetchers, loop, client::image, client::reportOffline);
        this.access = new LocalPartitions(replicas, client::image, client.lease(), process.clock()::nanoTime);
        this.fetchService = new FetchService(loop, access, FetchSettings.DEFAULTS, dice.split()::nextInt, policies());
        this.segmentRequests = segments == null
                ? null
                : new SegmentRequests(
                        client::image, access, new ShippingLimit(loop), segments::readAhead, segments::check);
        this.logInfos = new LogInfos(replicas, loop, client::reportLogInfo);
        this.producerIds = new ProducerIds(client::allocateProducerIds);
    }

    private FetchPolicies policies() {
        if (world.settings().rack(node.id()) == null) {
            return FetchPolicies.none();
        }
        return new FetchPolicies(
                new RackAwareSelector(node.id(), this::rack),
                () -> client.lease().valid(process.clock().nanoTime()));
    }

    private String rack(int nodeId) {
        BrokerImage broker = client.image().broker(nodeId);
        return broker == null ? "" : broker.rack();
    }

    /** A consumer is told to read somewhere else; the replica that does so knows whether it should. */
    void onSentAway(Uuid topicId, int partition, int to) {
        Replica leader = replicas.get(topicId, partition);
        if (leader != null && leader.actsOn() != null) {
            world.onSentAway(node.id(), topicId, partition, leader.actsOn().replica(to));
        }
    }

    public SimProcess process() {
        return process;
    }

    public int nodeId() {
        return node.id();
    }

    public SimLoop loop() {
        return loop;
    }

    public SimMetadataClient client() {
        return client;
    }

    public ReplicaSet replicas() {
        return replicas;
    }

    public FetchService fetchService() {
        return fetchService;
    }

    public LocalPartitions access() {
        return access;
    }

    /** Answers nodes that ask for segments. */
    SegmentRequests segmentRequests() {
        return segmentRequests;
    }

    /** Gives out producer ids. */
    public ProducerIds producerIds() {
        return producerIds;
    }

    /** Whether its last word was that everything is on the disk. */
    boolean hasStoppedInOrder() {
        return stoppedInOrder;
    }

    /** Whether it listens: it has acted on its own registration. */
    public boolean serves() {
        return serves;
    }

    /** Epoch of its registration; −1 before it. */
    public long brokerEpoch() {
        return brokerEpoch;
    }

    /** Whether the controller has let it serve, as far as it knows. */
    public boolean isUnfenced() {
        var self = client.image().broker(node.id());
        return self != null && self.epoch() == brokerEpoch && !self.fenced();
    }

    // ---- start

    void start() {
        Mount mount = node.disk().mount();
        images = null;
        loop.execute(() -> open(mount));
    }

    private void open(Mount mount) {
        Recovered recovered;
        try {
            DirectoryStamp.refuseOthers(mount, dataPath(node.id()), node.id());
            directory = LogDirectory.open(
                    dataPath(node.id()),
                    world.settings().disks(),
                    process.clock(),
                    mount,
                    new SimHost(world.scheduler(), process, mount, dice.split()));
            directories = LogDirectories.of(List.of(directory));
            recovered = directories.recover();
        } catch (StorageException e) {
            end("cannot be opened: " + e.getMessage());
            return;
        }
        images = new ImageToReplicas(
                node.id(),
                directories,
                world.logDefaults(),
                replicas,
                fetchers,
                loop,
                this::onApplied,
                new SimExecutor(world.scheduler(), process, dice.split(), this::onEscaped));
        repair = new DamageRepair(replicas, loop, client::reportDamage, directories::removeSetAside);
        client.start(new Listener());
        client.clusterId().thenAccept(id -> loop.execute(() -> join(id, recovered)));
    }

    /** Where the data directory of a node is on its disk. */
    public static Path dataPath(int nodeId) {
        return diskPath(nodeId).resolve(SimDisk.DATA);
    }

    /** Where the disk of a node is mounted. */
    public static Path diskPath(int nodeId) {
        return Path.of("/simulated", "node-" + nodeId);
    }

    private void join(String clusterId, Recovered recovered) {
        try {
            directories.stampAs(clusterId, node.id(), incarnationId);
        } catch (StorageException e) {
            end("cannot be stamped: " + e.getMessage());
            return;
        }
        register(recovered);
    }

    private void register(Recovered recovered) {
        BrokerRegistration registration = new BrokerRegistration(
                node.id(),
                incarnationId,
                "node-" + node.id(),
                process.number(),
                world.settings().rack(node.id()),
                directories.ids(),
                recovered.cleanBrokerEpoch(),
                recovered.damaged(),
                directories.clusterId(),
                directories.reports(),
                null);
        client.register(registration)
                .whenComplete((accepted, failure) -> loop.execute(() -> {
                    if (failure == null) {
                        onRegistered(accepted);
                    } else if (failure instanceof MetadataRefusal refusal
                            && refusal.error() == Errors.DUPLICATE_BROKER_REGISTRATION) {
                        var unused = loop.schedule(() -> register(recovered), REGISTRATION_RETRY_MS);
                    } else {
                        end("is not taken: " + failure.getMessage());
                    }
                }));
    }

    private void onRegistered(Registration registration) {
        brokerEpoch = registration.brokerEpoch();
        try {
            directories.markRunning(brokerEpoch);
        } catch (StorageException e) {
            end("cannot be marked: " + e.getMessage());
            return;
        }
        directories.onFailure((directory, lost, last, failure) -> {
            if (!stopping) {
                end("its disk failed: " + failure.getMessage());
            }
        });
        images.activate(brokerEpoch);
        if (node.scrubs()) {
            scrub();
        }
    }

    /** Begins to look for rot, as soon as its directory is in use. */
    void scrub() {
        if (brokerEpoch >= 0 && !scrubbing) {
            scrubbing = true;
            directory.startScrub(SCRUB);
        }
    }

    /** Whether all that its directory holds was looked at once. */
    public boolean hasScrubbed() {
        return scrubbing && directory.scrubStatus().lastPassEndMs() >= 0;
    }

    /** The loop has acted on the metadata below the offset. */
    private void onApplied(long offset) {
        if (!serves) {
            serves = true;
            replicas.start();
            scheduleRetention();
            repair.awaitRepair(directories.setAside());
            directories.onDamage(repair::onDamage);
        }
        client.reportApplied(offset);
    }

    private void scheduleRetention() {
        var unused = loop.schedule(
                () -> {
                    for (Replica replica : replicas.all()) {
                        replica.deleteOldSegments();
                    }
                    scheduleRetention();
                },
                world.settings().retentionCheckMs());
    }

    // ---- end

    private void onEscaped(Throwable escaped) {
        if (escaped instanceof StorageException) {
            end("a task of the disk failed: " + escaped.getMessage());
        } else if (escaped instanceof Error error) {
            throw error;
        } else {
            throw (RuntimeException) escaped;
        }
    }

    /** The process ends by itself. */
    private void end(String why) {
        if (!ended && process.isAlive()) {
            ended = true;
            world.onEnded(this, why);
            // What is on the stack comes to its end first, and finds the disk gone.
            node.onEnded(this);
        }
    }

    /** Stops in good order: hands over, ends the roles, leaves a clean mark. */
    public void stopInOrder() {
        if (!serves) {
            return;
        }
        boolean[] begun = new boolean[1];
        Runnable stop = () -> {
            if (!begun[0]) {
                begun[0] = true;
                loop.execute(this::stopParts);
            }
        };
        client.controlledShutdown().thenRun(stop);
        var unused = loop.schedule(stop, 1_000);
    }

    private void stopParts() {
        if (ended) {
            return;
        }
        offline.close();
        fetchers.close();
        List<Replica> held = List.copyOf(replicas.all());
        replicas.close();
        if (segments != null) {
            segments.close();
        }
        stopping = true;
        try {
            directories.closeCleanly(brokerEpoch);
        } catch (StorageException e) {
            end("could not be closed: " + e.getMessage());
            return;
        }
        // A clean mark whose sync failed may be found all the same. It is written when all is on the disk, and says the
        // truth.
        stoppedInOrder = held.stream().map(Replica::log).allMatch(log -> log.flushedOffset() == log.logEndOffset());
        end("stopped in order");
    }

    /** What the metadata say to this node. */
    private final class Listener implements MetadataListener {
        @Override
        public void onMetadata(MetadataImage previous, MetadataImage current, MetadataDelta delta) {
            images.onMetadata(delta);
        }

        @Override
        public void onLogInfoWanted(List<PartitionId> partitions) {
            logInfos.wanted(partitions);
        }

        @Override
        public void onRegistrationLost(Errors error, String message) {
            end("its registration is gone: " + error);
        }
    }
}
