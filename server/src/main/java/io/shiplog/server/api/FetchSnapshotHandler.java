// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.replication.fetch.PartitionLookup;
import io.shiplog.replication.fetch.SegmentCodec;
import io.shiplog.replication.fetch.SegmentRequest;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ReplicaSegments;
import io.shiplog.replication.runtime.SegmentOutcome;
import io.shiplog.replication.runtime.ShippingLimit;
import io.shiplog.server.protocol.Exchange;
import io.shiplog.storage.log.LogSlice;
import io.shiplog.storage.model.NoRoom;
import io.shiplog.storage.model.StorageException;
import io.shiplog.storage.scrub.SegmentCheck;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.FetchSnapshotRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * FetchSnapshot, by which a replica that is far behind fetches whole segments ({@link SegmentCodec}). Only for nodes that are registered,
 * under the broker epoch of their registration, and hold a replica of the partition.
 */
public final class FetchSnapshotHandler implements RequestHandler<FetchSnapshotRequestData> {
    private final ClusterView cluster;
    private final PartitionLookup partitions;
    private final ShippingLimit limit;
    private final BiConsumer<LogSlice, Runnable> readAhead;
    private final Consumer<SegmentCheck> checks;

    /**
     * @param limit how fast bytes may leave
     * @param readAhead reads bytes from the disk off the loop, and then goes on
     * @param checks does a check off the loop
     */
    public FetchSnapshotHandler(
            ClusterView cluster,
            PartitionLookup partitions,
            ShippingLimit limit,
            BiConsumer<LogSlice, Runnable> readAhead,
            Consumer<SegmentCheck> checks) {
        this.cluster = cluster;
        this.partitions = partitions;
        this.limit = limit;
        this.readAhead = readAhead;
        this.checks = checks;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.FETCH_SNAPSHOT;
    }

    @Override
    public FetchSnapshotRequestData read(BoundedReadable body, short version) {
        return new FetchSnapshotRequestData(body, version);
    }

    @Override
    public void handle(FetchSnapshotRequestData request, Exchange exchange) {
        if (exchange.header().version() != SegmentCodec.VERSION) {
            exchange.respond(SegmentCodec.refusal(Errors.UNSUPPORTED_VERSION));
            return;
        }
        SegmentRequest asked;
        try {
            asked = SegmentCodec.read(request);
        } catch (InvalidRequestException e) {
            exchange.respond(SegmentCodec.refusal(Errors.INVALID_REQUEST));
            return;
        }
        Errors refusal = refusal(asked);
        if (refusal != Errors.NONE) {
            exchange.respond(SegmentCodec.refusal(refusal));
            return;
        }
        Replica replica = partitions.replica(asked.topicId(), asked.partition());
        if (replica == null) {
            exchange.respond(SegmentCodec.refusal(asked, partitions.absence(asked.topicId(), asked.partition())));
            return;
        }
        try {
            answer(asked, replica, exchange);
        } catch (StorageException e) {
            // A damage is known to who repairs it, a failed directory to who watches it; a lack of descriptors passes.
            Errors error = e instanceof NoRoom ? Errors.THROTTLING_QUOTA_EXCEEDED : Errors.KAFKA_STORAGE_ERROR;
            exchange.respond(SegmentCodec.refusal(asked, error));
        }
    }

    /** Why this node may not ask. One that has just registered may be ahead of our metadata; it tries another node. */
    private Errors refusal(SegmentRequest asked) {
        BrokerImage broker = cluster.image().broker(asked.nodeId());
        if (broker == null) {
            return Errors.BROKER_ID_NOT_REGISTERED;
        }
        return broker.epoch() == asked.brokerEpoch() ? Errors.NONE : Errors.STALE_BROKER_EPOCH;
    }

    private void answer(SegmentRequest asked, Replica replica, Exchange exchange) {
        ReplicaSegments segments = replica.segments();
        if (asked.suspicion()) {
            SegmentCheck check = segments.suspect(asked.nodeId(), asked.leaderEpoch(), asked.baseOffset());
            if (check != null) {
                checks.accept(check);
            }
        }
        if (asked.sizeInBytes() == SegmentRequest.DESCRIBE) {
            SegmentOutcome described = segments.describe(asked.nodeId(), asked.leaderEpoch(), asked.baseOffset());
            exchange.respond(
                    described.error() == Errors.NONE
                            ? SegmentCodec.description(asked, described.segment(), limit.maxPieceBytes(replica))
                            : SegmentCodec.refusal(asked, described.error()));
            return;
        }
        SegmentOutcome read = segments.read(
                asked.nodeId(),
                asked.leaderEpoch(),
                asked.baseOffset(),
                asked.sizeInBytes(),
                asked.position(),
                asked.maxBytes());
        if (read.error() != Errors.NONE) {
            exchange.respond(SegmentCodec.refusal(asked, read.error()));
            return;
        }
        boolean sent = limit.send(replica, read.bytes().sizeInBytes(), () -> send(asked, read, exchange));
        if (!sent) {
            read.bytes().release();
            exchange.respond(SegmentCodec.refusal(asked, Errors.THROTTLING_QUOTA_EXCEEDED));
        }
    }

    private void send(SegmentRequest asked, SegmentOutcome read, Exchange exchange) {
        readAhead.accept(
                read.bytes(),
                () -> exchange.respondSegment(SegmentCodec.bytes(asked, read.segment(), read.bytes()), asked.nodeId()));
    }
}
