// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.node;

import io.shiplog.metadata.FatalHandler;
import io.shiplog.metadata.client.BrokerRegistration;
import io.shiplog.metadata.client.MetadataClient;
import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.client.MetadataRefusal;
import io.shiplog.metadata.client.Registration;
import io.shiplog.metadata.endpoint.RemoteMetadataClient;
import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.replication.runtime.ShippingLimit;
import io.shiplog.server.adapter.DamageRepair;
import io.shiplog.server.adapter.DescribedLogDirs;
import io.shiplog.server.adapter.DirectoryMoves;
import io.shiplog.server.adapter.ImageToReplicas;
import io.shiplog.server.adapter.LogDirectories;
import io.shiplog.server.adapter.LogDirectories.Recovered;
import io.shiplog.server.adapter.LogInfos;
import io.shiplog.server.adapter.QuorumAdmin;
import io.shiplog.server.admin.AdminEndpoint;
import io.shiplog.server.api.AlterReplicaLogDirsHandler;
import io.shiplog.server.api.FetchSnapshotHandler;
import io.shiplog.server.api.KafkaApis;
import io.shiplog.server.api.ProducerIds;
import io.shiplog.server.api.RequestDispatcher;
import io.shiplog.server.api.RequestHandler;
import io.shiplog.server.api.TopicAutoCreation;
import io.shiplog.server.config.BrokerConfig;
import io.shiplog.server.config.HostPort;
import io.shiplog.server.group.GroupCoordinators;
import io.shiplog.server.logging.LogbackLoggers;
import io.shiplog.server.net.ColdReadThreads;
import io.shiplog.server.net.KafkaListener;
import io.shiplog.server.net.NettyEventLoop;
import io.shiplog.server.net.TransferCounters;
import io.shiplog.server.quota.ClientQuotas;
import io.shiplog.server.quota.ConnectionRates;
import io.shiplog.server.quota.QuotaProcessor;
import io.shiplog.storage.StorageClock;
import io.shiplog.storage.compact.CleanerThreads;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.metrics.StorageMetrics;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A storage node: opens its data, joins the cluster, serves, and leaves in order.
 *
 * <p>Start: lock and open the log directories; recover them while the quorum is looked for; learn the cluster id, and stamp
 * the directories or refuse them; bind the listener, so that the port is known; register; apply the metadata up to the
 * registration; accept connections; be unfenced by the controller. From then on the node serves.
 *
 * <p>Stop: hand the leaderships over while it goes on serving; accept no more; lead and follow no more, whereupon everything that waits
 * is answered; let the answers leave; flush, and leave a clean mark.
 */
public final class StorageNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StorageNode.class);
    private static final long NOT_REGISTERED = -1;
    private static final long HAND_OVER_TIMEOUT_MS = 10_000;
    private static final long REGISTRATION_TIMEOUT_S = 60;
    private static final long REGISTRATION_RETRY_MS = 200;
    private static final long DISK_PROBE_MS = 2_000;

    private final BrokerConfig config;
    private final FatalHandler fatal;
    private final Uuid incarnationId = Uuid.randomUuid();
    private final AtomicLong brokerEpoch = new AtomicLong(NOT_REGISTERED);
    private final DescriptorBudget descriptors;
    private final LogDirectories directories;
    private final MetadataClient client;
    private final NettyEventLoop loop;
    private final NodePartitions partitions;
    private final ImageToReplicas images;
    private final GroupCoordinators groups;
    private final Membership membership;
    private final NodeWatchdog watchdog;
    private final AdminEndpoint admin;
    private final CleanerThreads cleaners;
    private final DamageRepair repair;
    private final DirectoryMoves moves;
    private final StorageMetrics metrics;
    private final ColdReadThreads coldReads;
    private final ClientQuotas quotas;
    private final TransferCounters transfers = new TransferCounters();
    /** Completes when the replicas are what the metadata said at the time of the registration. */
    private final CompletableFuture<Void> applied = new CompletableFuture<>();
    /** Completes when the node begins to stop; ends every wait of the start. */
    private final CompletableFuture<Void> stopping = new CompletableFuture<>();

    private volatile KafkaListener listener;
    private boolean closed; // guarded by this

    /**
     * Opens the data directories; nothing else is done yet.
     *
     * @param fatal told when the node can no longer be trusted
     * @throws io.shiplog.storage.model.StorageException when a directory cannot be used
     */
    public StorageNode(BrokerConfig config, FatalHandler fatal) {
        this.config = config;
        this.fatal = fatal;
        LogDirectoryConfig disks = config.logDirectoryConfig();
        descriptors = DescriptorBudget.ofProcess(
                disks.maxOpenFiles(), config.netSettings().maxConnections());
        directories = LogDirectories.open(
                config.nodeId(),
                config.logDirs(),
                disks.withMaxOpenFiles(descriptors.segmentFiles()),
                StorageClock.system());
        client = new RemoteMetadataClient(config.metadataClientSettings());
        loop = NettyEventLoop.start("loop-" + config.nodeId(), this::onEscaped);
        partitions = new NodePartitions(config, loop, client, brokerEpoch::get, directories::takeFlushMs);
        images = new ImageToReplicas(
                config.nodeId(),
                directories,
                config.logDefaults(),
                partitions.replicas(),
                partitions.fetchers(),
                loop,
                this::onApplied,
                this::onEscaped);
        LogInfos logInfos = new LogInfos(partitions.replicas(), loop, client::reportLogInfo);
        groups = new GroupCoordinators(
                config.groupSettings(),
                loop,
                client::image,
                () -> client.lease().valid(System.nanoTime()),
                this::onEscaped);
        partitions.replicas().setCreationListener(groups::onReplicaCreated);
        membership = new Membership(config.nodeId(), fatal, brokerEpoch::get, this::onMetadata, logInfos::wanted);
        watchdog = new NodeWatchdog(loop, client, directories, config);
        admin = new AdminEndpoint(
                config.nodeId(),
                incarnationId,
                brokerEpoch::get,
                client::image,
                client.lease(),
                directories,
                partitions.replicas(),
                loop,
                watchdog::judgement);
        cleaners = new CleanerThreads(config.cleanerSettings(), StorageClock.system(), directories::cleanable);
        metrics = directories.metrics(cleaners);
        quotas = new ClientQuotas(config.quotaWindows());
        coldReads = new ColdReadThreads(config.nodeId());
        moves = new DirectoryMoves(
                config.nodeId(),
                directories,
                partitions.replicas(),
                loop,
                client::image,
                ForkJoinPool.commonPool(),
                this::onEscaped);
        repair = new DamageRepair(partitions.replicas(), loop, client::reportDamage, directories::removeSetAside);
    }

    /**
     * Joins the cluster; returns when the node serves. Waits for the quorum as long as it takes.
     *
     * @throws IOException when the listener cannot be bound
     * @throws StoppedWhileStarting when {@link #close} was called meanwhile
     * @throws MetadataRefusal when the quorum does not take this node
     * @throws io.shiplog.storage.model.StorageException when a directory is another cluster's or node's, or fails
     */
    public synchronized void start() throws IOException {
        long startNs = System.nanoTime();
        client.start(membership);
        Recovered recovered = directories.recover();
        directories.stampAs(await(client.clusterId()), config.nodeId(), incarnationId);
        HostPort address = bind();
        Registration registration = register(address, bindAdmin(), recovered);
        brokerEpoch.set(registration.brokerEpoch());
        directories.markRunning(registration.brokerEpoch());
        directories.onFailure(this::onDirectoryFailed);
        directories.watch(DISK_PROBE_MS);
        images.activate(registration.brokerEpoch());
        await(applied);
        partitions.start();
        repair.awaitRepair(directories.setAside());
        directories.onDamage(repair::onDamage);
        directories.startScrub(config.scrubSettings());
        moves.resume();
        watchdog.start();
        cleaners.start();
        await(membership.serving());
        LOG.info(
                "node {} serves on {} (broker epoch {}, {} ms after its start)",
                config.nodeId(),
                address,
                registration.brokerEpoch(),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs));
    }

    private HostPort bind() throws IOException {
        HostPort wanted = config.listener();
        String host = wanted.host().isEmpty() ? "0.0.0.0" : wanted.host();
        listener = KafkaListener.bind(
                loop,
                host,
                wanted.port(),
                new QuotaProcessor(apis(), quotas, System::nanoTime),
                descriptors.within(config.netSettings()),
                transfers,
                new ConnectionRates(quotas, config.maxConnectionCreationRate()));
        return config.advertised(listener.port());
    }

    /** Where others ask this node about itself; null: nowhere. */
    private Endpoint bindAdmin() throws IOException {
        HostPort wanted = config.adminListener().orElse(null);
        if (wanted == null) {
            return null;
        }
        String host = wanted.host().isEmpty() ? "0.0.0.0" : wanted.host();
        HostPort told = config.advertisedAdmin(admin.bind(host, wanted.port()));
        LOG.info("node {} tells of itself on {}", config.nodeId(), told);
        return new Endpoint(told.host(), told.port());
    }

    private void onMetadata(MetadataDelta delta) {
        if (delta.quotasChanged()) {
            quotas.set(delta.to().registry());
        }
        images.onMetadata(delta);
        groups.onMetadata(delta);
    }

    private RequestDispatcher apis() {
        NodeView view = new NodeView(config.nodeId(), client);
        QuorumAdmin admin = new QuorumAdmin(client);
        List<RequestHandler<?>> more = new ArrayList<>(groups.handlers(view, admin));
        more.add(new AlterReplicaLogDirsHandler(moves));
        more.add(new FetchSnapshotHandler(
                view, partitions.access(), new ShippingLimit(loop), coldReads::readAhead, coldReads::check));
        return KafkaApis.dispatcher(
                view,
                partitions.access(),
                partitions.fetchService(),
                config.fetchSettings(),
                admin,
                new ProducerIds(client::allocateProducerIds),
                config,
                LogbackLoggers.ofProcess(),
                new DescribedLogDirs(directories, ForkJoinPool.commonPool()),
                new TopicAutoCreation(config.autoCreatesTopics(), admin, groups::createOffsetsTopic),
                more.toArray(new RequestHandler<?>[0]));
    }

    private Registration register(HostPort address, Endpoint adminEndpoint, Recovered recovered) {
        BrokerRegistration registration = new BrokerRegistration(
                config.nodeId(),
                incarnationId,
                address.host(),
                address.port(),
                config.rack().isEmpty() ? null : config.rack(),
                directories.ids(),
                recovered.cleanBrokerEpoch(),
                recovered.damaged(),
                directories.clusterId(),
                directories.reports(),
                adminEndpoint);
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(REGISTRATION_TIMEOUT_S);
        while (true) {
            try {
                return await(client.register(registration));
            } catch (MetadataRefusal refusal) {
                if (refusal.error() != Errors.DUPLICATE_BROKER_REGISTRATION || System.nanoTime() > deadlineNs) {
                    throw refusal;
                }
                LOG.info("node {} is still registered from before, and not fenced yet", config.nodeId());
                pause();
            }
        }
    }

    /** The value of a future, unless the node is told to stop first. */
    private <T> T await(CompletableFuture<T> future) {
        try {
            CompletableFuture.anyOf(future, stopping).get();
            if (!future.isDone()) {
                throw new StoppedWhileStarting();
            }
            return future.get();
        } catch (ExecutionException e) {
            if (stopping.isDone()) {
                throw new StoppedWhileStarting();
            }
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedWhileStarting();
        }
    }

    /** Does nothing for a moment, unless the node is told to stop. */
    private void pause() {
        try {
            stopping.get(REGISTRATION_RETRY_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException nothingHappened) {
            return;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new StoppedWhileStarting();
    }

    /** The loop has acted on the metadata below {@code offset}. */
    private void onApplied(long offset) {
        if (!applied.isDone()) {
            listener.open();
            applied.complete(null);
        }
        client.reportApplied(offset);
    }

    /** The others go on with what they hold; without any the node is of no use. */
    private void onDirectoryFailed(Path directory, List<PartitionId> lost, boolean last, StorageException failure) {
        if (last) {
            fatal.fatal("the last log directory failed", failure);
            return;
        }
        LOG.error("log directory {} failed, and {} partitions with it", directory, lost.size());
        partitions.offline().onLost(lost, failure.getMessage());
    }

    private void onEscaped(Throwable escaped) {
        fatal.fatal("a task failed in a way that leaves state in doubt", escaped);
    }

    /** Completes, with the reason, when the node has to stop though nobody asked it to. */
    public CompletableFuture<String> lost() {
        return membership.lost();
    }

    /** The port that is listened on; once started. */
    public int port() {
        return listener.port();
    }

    /** The numbers of this node's storage, groups, listener, fetches and quotas, by name. */
    public SortedMap<String, LongSupplier> metrics() {
        SortedMap<String, LongSupplier> values = new TreeMap<>(metrics.values());
        values.putAll(groups.metrics());
        values.putAll(moves.metrics());
        values.putAll(partitions.fetchService().metrics());
        values.putAll(partitions.replicas().throttles().jobs().metrics());
        values.putAll(partitions.access().metrics());
        values.putAll(quotas.metrics(loop::nowMs));
        KafkaListener bound = listener;
        if (bound != null) {
            values.putAll(bound.metrics());
        }
        return values;
    }

    /** Bytes sent, by sendfile and from buffers. */
    public TransferCounters transfers() {
        return transfers;
    }

    @Override
    public void close() {
        stopping.complete(null);
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            boolean joined = brokerEpoch.get() != NOT_REGISTERED;
            membership.leave();
            if (joined && !membership.lost().isDone()) {
                new HandOver(config.nodeId(), client, HAND_OVER_TIMEOUT_MS).run();
            }
            boolean quiet = stopParts();
            if (joined && quiet) {
                directories.closeCleanly(brokerEpoch.get());
            } else {
                directories.close();
            }
            client.close();
            loop.close();
            LOG.info("node {} stopped{}", config.nodeId(), joined && !quiet ? ", without a clean mark" : "");
        }
    }

    /**
     * Ends the node as a crash would, as far as that is possible within a process: nothing is handed over, flushed or marked,
     * and its connections break. For tests.
     */
    public void crash() {
        stopping.complete(null);
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            admin.close();
            watchdog.close();
            cleaners.close();
            moves.close();
            if (listener != null) {
                listener.closeAtOnce();
            }
            var unused = images.stop();
            groups.close();
            unused = partitions.stop();
            coldReads.close();
            directories.close();
            client.close();
            loop.close();
        }
    }

    /**
     * Ends everything that writes; whether that was seen. A clean mark says that nothing was written after the last flush, so a loop
     * that is still at it forbids one.
     */
    private boolean stopParts() {
        admin.close();
        watchdog.close();
        cleaners.close();
        boolean settled = moves.stop();
        if (listener != null) {
            listener.stopAccepting();
        }
        boolean assigned = images.stop();
        groups.close();
        boolean quiet = partitions.stop();
        coldReads.close();
        if (listener != null) {
            listener.close();
        }
        return settled && assigned && quiet;
    }
}
