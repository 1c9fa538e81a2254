// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.replication.fetch.PartitionLookup;
import io.shiplog.replication.fetch.SegmentCodec;
import io.shiplog.replication.fetch.SegmentRequest;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ReplicaSegments;
import io.shiplog.replication.runtime.SegmentOutcome;
import io.shiplog.replication.runtime.ShippingLimit;
import io.shiplog.storage.log.LogSlice;
import io.shiplog.storage.model.NoRoom;
import io.shiplog.storage.model.StorageException;
import io.shiplog.storage.scrub.SegmentCheck;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.FetchSnapshotRequestData;
import org.apache.kafka.common.message.FetchSnapshotResponseData;
import org.apache.kafka.common.protocol.Errors;

/** What a node answers to another one that asks for a segment of a replica here, however they are connected. On the loop. */
public final class SegmentRequests {
    /** The way back to whoever asked. One of the two is called, once. */
    public interface Answer {
        /** A refusal, or a description. */
        void message(FetchSnapshotResponseData response);

        /** Bytes; what is called owns the slice of the response. Not always on the loop. */
        void bytes(FetchSnapshotResponseData response, int nodeId);
    }

    private final Supplier<MetadataImage> image;
    private final PartitionLookup partitions;
    private final ShippingLimit limit;
    private final BiConsumer<LogSlice, Runnable> readAhead;
    private final Consumer<SegmentCheck> checks;

    /**
     * @param limit how fast bytes may leave
     * @param readAhead reads bytes from the disk off the loop, and then goes on
     * @param checks does a check off the loop
     */
    public SegmentRequests(
            Supplier<MetadataImage> image,
            PartitionLookup partitions,
            ShippingLimit limit,
            BiConsumer<LogSlice, Runnable> readAhead,
            Consumer<SegmentCheck> checks) {
        this.image = image;
        this.partitions = partitions;
        this.limit = limit;
        this.readAhead = readAhead;
        this.checks = checks;
    }

    /** A request of the version that is spoken has come. */
    public void answer(FetchSnapshotRequestData request, Answer to) {
        SegmentRequest asked;
        try {
            asked = SegmentCodec.read(request);
        } catch (InvalidRequestException e) {
            to.message(SegmentCodec.refusal(Errors.INVALID_REQUEST));
            return;
        }
        Errors refusal = refusal(asked);
        if (refusal != Errors.NONE) {
            to.message(SegmentCodec.refusal(refusal));
            return;
        }
        Replica replica = partitions.replica(asked.topicId(), asked.partition());
        if (replica == null) {
            to.message(SegmentCodec.refusal(asked, partitions.absence(asked.topicId(), asked.partition())));
            return;
        }
        try {
            answer(asked, replica, to);
        } catch (StorageException e) {
            // A damage is known to who repairs it, a failed directory to who watches it; a lack of descriptors passes.
            Errors error = e instanceof NoRoom ? Errors.THROTTLING_QUOTA_EXCEEDED : Errors.KAFKA_STORAGE_ERROR;
            to.message(SegmentCodec.refusal(asked, error));
        }
    }

    /** Why this node may not ask. One that has just registered may be ahead of our metadata; it tries another node. */
    private Errors refusal(SegmentRequest asked) {
        BrokerImage broker = image.get().broker(asked.nodeId());
        if (broker == null) {
            return Errors.BROKER_ID_NOT_REGISTERED;
        }
        return broker.epoch() == asked.brokerEpoch() ? Errors.NONE : Errors.STALE_BROKER_EPOCH;
    }

    private void answer(SegmentRequest asked, Replica replica, Answer to) {
        ReplicaSegments segments = replica.segments();
        if (asked.suspicion()) {
            SegmentCheck check = segments.suspect(asked.nodeId(), asked.leaderEpoch(), asked.baseOffset());
            if (check != null) {
                checks.accept(check);
            }
        }
        if (asked.sizeInBytes() == SegmentRequest.DESCRIBE) {
            SegmentOutcome described = segments.describe(asked.nodeId(), asked.leaderEpoch(), asked.baseOffset());
            to.message(
                    described.error() == Errors.NONE
                            ? SegmentCodec.description(
                                    asked, described.segment(), limit.maxPieceBytes(replica, asked.nodeId()))
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
            to.message(SegmentCodec.refusal(asked, read.error()));
            return;
        }
        boolean sent = limit.send(replica, asked.nodeId(), read.bytes().sizeInBytes(), () -> send(asked, read, to));
        if (!sent) {
            read.bytes().release();
            to.message(SegmentCodec.refusal(asked, Errors.THROTTLING_QUOTA_EXCEEDED));
        }
    }

    private void send(SegmentRequest asked, SegmentOutcome read, Answer to) {
        readAhead.accept(
                read.bytes(), () -> to.bytes(SegmentCodec.bytes(asked, read.segment(), read.bytes()), asked.nodeId()));
    }
}
