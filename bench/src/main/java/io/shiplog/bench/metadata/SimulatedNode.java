// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.metadata;

import io.shiplog.metadata.client.BrokerRegistration;
import io.shiplog.metadata.client.IsrMember;
import io.shiplog.metadata.client.MetadataClient;
import io.shiplog.metadata.client.MetadataClientSettings;
import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.client.MetadataListener;
import io.shiplog.metadata.client.PartitionAlterationSpec;
import io.shiplog.metadata.client.Registration;
import io.shiplog.metadata.endpoint.RemoteMetadataClient;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * The metadata half of a storage node: the real client, registered, with heartbeats, following every change; no partition is opened. Counts
 * leaderships and ISR memberships as it goes, so that asking for them costs nothing.
 */
final class SimulatedNode implements MetadataListener, AutoCloseable {
    private static final int SESSION_TIMEOUT_MS = 2_000;
    private static final int REQUEST_TIMEOUT_MS = 60_000;
    private static final int MAX_ID = 16;

    private final int id;
    private final MetadataClient client;
    private final int[] leaderships = new int[MAX_ID];
    private final int[] memberships = new int[MAX_ID];
    private volatile MetadataImage image = MetadataImage.empty();
    private volatile RuntimeException failure;

    /** {@code id}: -1 follows the metadata only. */
    SimulatedNode(int id, List<Endpoint> endpoints) {
        this.id = id;
        MetadataClientSettings defaults = MetadataClientSettings.of(endpoints, id, SESSION_TIMEOUT_MS);
        this.client = new RemoteMetadataClient(new MetadataClientSettings(
                endpoints,
                id,
                defaults.heartbeatIntervalMs(),
                defaults.leaseMs(),
                REQUEST_TIMEOUT_MS,
                defaults.staleSourceMs(),
                defaults.backoffMinMs(),
                defaults.backoffMaxMs()));
        client.start(this);
    }

    MetadataClient client() {
        return client;
    }

    MetadataImage image() {
        return image;
    }

    /** Registers as a node that stopped uncleanly, on the same disk as before, and waits until it is unfenced. */
    void join() throws Exception {
        Uuid directory = new Uuid(1, id);
        BrokerRegistration registration = new BrokerRegistration(
                id, Uuid.randomUuid(), "127.0.0.1", 9_000 + id, null, List.of(directory), -1, List.of(), "");
        Registration accepted = client.register(registration).get(REQUEST_TIMEOUT_MS, TimeUnit.MILLISECONDS);
        await("node " + id + " unfenced", REQUEST_TIMEOUT_MS, () -> {
            BrokerImage broker = image.broker(id);
            return broker != null && broker.epoch() >= accepted.brokerEpoch() && !broker.fenced();
        });
    }

    /** Partitions that {@code broker} leads, as far as this node has heard. */
    synchronized int leaderships(int broker) {
        return leaderships[broker];
    }

    /** Partitions that {@code broker} is in sync in, as far as this node has heard. */
    synchronized int memberships(int broker) {
        return memberships[broker];
    }

    /**
     * Proposals for the partitions that this node leads, in pieces: an ISR of this node and the first of its replicas, {@code members} in all.
     * None for partitions that have such an ISR.
     */
    List<List<PartitionAlterationSpec>> proposals(int members, int perCommand) {
        MetadataImage now = image;
        List<List<PartitionAlterationSpec>> pieces = new ArrayList<>();
        List<PartitionAlterationSpec> piece = new ArrayList<>();
        for (TopicImage topic : now.topics()) {
            for (int number = 0; number < topic.partitionCount(); number++) {
                PartitionImage partition = topic.partition(number);
                if (partition.leader() == id && partition.isrSize() != members) {
                    piece.add(proposal(now, topic.id(), number, partition, members));
                }
                if (piece.size() == perCommand) {
                    pieces.add(piece);
                    piece = new ArrayList<>();
                }
            }
        }
        if (!piece.isEmpty()) {
            pieces.add(piece);
        }
        return pieces;
    }

    private PartitionAlterationSpec proposal(
            MetadataImage now, Uuid topicId, int number, PartitionImage partition, int members) {
        List<IsrMember> isr = new ArrayList<>();
        isr.add(new IsrMember(id, now.broker(id).epoch()));
        for (int replica : partition.replicas()) {
            if (replica != id && isr.size() < members) {
                isr.add(new IsrMember(replica, now.broker(replica).epoch()));
            }
        }
        return new PartitionAlterationSpec(
                topicId, number, partition.leaderEpoch(), partition.partitionEpoch(), isr, partition.durable(), false);
    }

    /** Waits until the condition holds, which is looked at after every change of the metadata. */
    void await(String what, long timeoutMs, BooleanSupplier condition) throws InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        synchronized (this) {
            while (!condition.getAsBoolean()) {
                long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
                if (failure != null || leftMs <= 0) {
                    throw new IllegalStateException("not within " + timeoutMs + " ms: " + what, failure);
                }
                wait(leftMs);
            }
        }
    }

    @Override
    public void onMetadata(MetadataImage previous, MetadataImage current, MetadataDelta delta) {
        synchronized (this) {
            for (Uuid topic : delta.deletedTopics()) {
                previous.topic(topic).partitions().forEach(partition -> count(partition, -1));
            }
            for (PartitionId each : delta.changedPartitions()) {
                count(previous.partition(each.topicId(), each.partition()), -1);
                count(current.partition(each.topicId(), each.partition()), 1);
            }
            image = current;
            notifyAll();
        }
        client.reportApplied(current.offset());
    }

    private void count(PartitionImage partition, int by) {
        if (partition == null) {
            return;
        }
        if (partition.hasLeader()) {
            leaderships[partition.leader()] += by;
        }
        for (int i = 0; i < partition.isrSize(); i++) {
            memberships[partition.isrMember(i)] += by;
        }
    }

    @Override
    public void onRegistrationLost(Errors error, String message) {
        onFailure(new IllegalStateException("node " + id + " lost its registration: " + error + " " + message));
    }

    @Override
    public synchronized void onFailure(RuntimeException cause) {
        failure = cause;
        notifyAll();
    }

    /** Ends its connections without a word, as the death of its process would. */
    @Override
    public void close() {
        client.close();
    }
}
