// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.commit;

import io.shiplog.bench.BenchApis;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.replication.runtime.ActiveProducers;
import io.shiplog.replication.runtime.DeleteCallback;
import io.shiplog.replication.runtime.EpochEnd;
import io.shiplog.replication.runtime.OffsetLookup;
import io.shiplog.replication.runtime.ProduceCallback;
import io.shiplog.server.api.PartitionAccess;
import io.shiplog.server.api.RequestDispatcher;
import io.shiplog.server.protocol.Exchange;
import io.shiplog.server.protocol.RequestHeader;
import io.shiplog.storage.batch.BatchLimits;
import io.shiplog.storage.batch.BatchValidator;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchSnapshotResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;

/** Where a produce request ends: every batch is judged as the log judges it, and none is written. Both the partitions and the connection. */
final class ProduceSink implements PartitionAccess, Exchange {
    private static final int NODE = 1;
    private static final BatchLimits LIMITS =
            new BatchLimits(16 << 20, TimestampType.CREATE_TIME, Long.MAX_VALUE, 3_600_000);

    private final BatchValidator validator = new BatchValidator();
    private final MetadataImage image;
    private RequestHeader header;
    private ByteBuffer body;
    private int judged;
    private int answered;

    ProduceSink(MetadataImage image) {
        this.image = image;
    }

    RequestDispatcher dispatcher() {
        return BenchApis.dispatcher(NODE, image, this, null);
    }

    /** Returns how many batches there were; all of them must have been found good. */
    int process(RequestDispatcher dispatcher, RequestHeader requestHeader, ByteBuffer requestBody, int expected) {
        header = requestHeader;
        body = requestBody;
        judged = 0;
        answered = 0;
        dispatcher.process(this);
        if (judged != expected || answered != 1) {
            throw new IllegalStateException(judged + " batches of " + expected + " arrived, answers: " + answered);
        }
        return judged;
    }

    @Override
    public void produce(
            Uuid topicId, int partition, ByteBuffer batches, short acks, int timeoutMs, ProduceCallback callback) {
        Errors error = validator.validateFromClient(batches, LIMITS, System.currentTimeMillis());
        if (error != Errors.NONE) {
            throw new IllegalStateException(error + ": " + validator.problem());
        }
        judged++;
        callback.complete(Errors.NONE, 0, -1, 0, null);
    }

    @Override
    public void respond(ApiMessage response) {
        answered++;
    }

    @Override
    public RequestHeader header() {
        return header;
    }

    @Override
    public int correlationId() {
        return 0;
    }

    @Override
    public ByteBuffer body() {
        return body;
    }

    @Override
    public long connectionId() {
        return 1;
    }

    @Override
    public InetAddress clientAddress() {
        return InetAddress.getLoopbackAddress();
    }

    @Override
    public void onQueuedBehind(Runnable action) {}

    @Override
    public void onClosed(Runnable action) {}

    @Override
    public void execute(Runnable task) {
        task.run();
    }

    @Override
    public int fetchMaxBytes() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void throttle(int ms) {}

    @Override
    public void respondFetch(FetchResponseData response, int followerId) {
        throw new UnsupportedOperationException("nobody fetches");
    }

    @Override
    public void respondSegment(FetchSnapshotResponseData response, int followerId) {
        throw new UnsupportedOperationException("nobody fetches");
    }

    @Override
    public void respondNothing() {
        answered++;
    }

    @Override
    public void close(String reason) {
        throw new IllegalStateException(reason);
    }

    @Override
    public void deleteRecords(Uuid topicId, int partition, long offset, int timeoutMs, DeleteCallback callback) {
        throw new UnsupportedOperationException("nobody deletes");
    }

    @Override
    public OffsetLookup lookUpOffset(
            Uuid topicId, int partition, int currentLeaderEpoch, long timestampMs, boolean readCommitted) {
        throw new UnsupportedOperationException("nobody looks up offsets");
    }

    @Override
    public EpochEnd endOfEpoch(Uuid topicId, int partition, int currentLeaderEpoch, int leaderEpoch) {
        throw new UnsupportedOperationException("nobody asks for epochs");
    }

    @Override
    public ActiveProducers activeProducers(Uuid topicId, int partition) {
        throw new UnsupportedOperationException("nobody asks for producers");
    }
}
