// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.replication;

import io.shiplog.bench.ScratchDirectory;
import io.shiplog.replication.fetch.FetchCodec;
import io.shiplog.replication.fetch.FetchFrame;
import io.shiplog.replication.fetch.FetchResponseHandler;
import io.shiplog.replication.fetch.FetchService;
import io.shiplog.replication.fetch.FetchSettings;
import io.shiplog.replication.fetch.FetcherSettings;
import io.shiplog.replication.fetch.FrameSink;
import io.shiplog.replication.fetch.LeaderEndpoint;
import io.shiplog.replication.fetch.PartitionLookup;
import io.shiplog.replication.fetch.PendingFetch;
import io.shiplog.replication.fetch.ReplicaFetchers;
import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ReplicaContext;
import io.shiplog.replication.runtime.ReplicaSet;
import io.shiplog.replication.runtime.ReplicationSettings;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.log.LogSlice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.Errors;

/** One of two nodes: a real log, a real replica, both ends of Fetch, a loop of its own. Messages go by {@link Link}. */
final class PipelineNode implements PartitionLookup, AutoCloseable {
    static final int LEADER = 1;
    static final int FOLLOWER = 2;
    private static final Uuid TOPIC = new Uuid(1, 2);
    private static final TopicIdPartition PARTITION = new TopicIdPartition(TOPIC, 0, "bench");
    private static final int MAX_ELEMENTS = 1_000;
    private static final int HEADER_BYTES = 9;

    final ThreadLoop loop;
    final Replica replica;
    private final ScratchDirectory scratch = new ScratchDirectory();
    private final ReplicaSet replicas;
    private final FetchService service;

    PipelineNode(int id) throws IOException {
        loop = new ThreadLoop("node-" + id);
        replicas = new ReplicaSet(
                new ReplicaContext(loop, (partition, proposal, outcome) -> {}, ReplicationSettings.defaults(id)));
        replica = replicas.create(PARTITION, scratch.directory().create(PARTITION, LogSettings.defaults()));
        service = new FetchService(loop, this, FetchSettings.DEFAULTS, () -> 77);
    }

    static PartitionState state() {
        AssignedReplica one = new AssignedReplica(LEADER, true, false, 1, false, false);
        AssignedReplica two = new AssignedReplica(FOLLOWER, true, false, 1, false, false);
        return new PartitionState(LEADER, 1, 1, List.of(one, two), true, false, 1, true);
    }

    /** Follows the leader from now on. On the loop. */
    void follow(PipelineNode leader, FetcherSettings settings, long delayUs) {
        ReplicaFetchers fetchers = new ReplicaFetchers(loop, id -> new Link(this, leader, delayUs), () -> 1, settings);
        replica.apply(state());
        fetchers.follow(replica);
    }

    @Override
    public Uuid topicId(String name) {
        return TOPIC;
    }

    @Override
    public Replica replica(Uuid topicId, int partition) {
        return replica;
    }

    @Override
    public Errors absence(Uuid topicId, int partition) {
        return Errors.UNKNOWN_TOPIC_ID;
    }

    @Override
    public void close() throws IOException {
        loop.close();
        scratch.close();
    }

    /** A connection that copies every byte once and takes its time. A request releases the one before it, as the server does. */
    private static final class Link implements LeaderEndpoint {
        private final PipelineNode from;
        private final PipelineNode to;
        private final long delayUs;
        private PendingFetch last; // on the leader's loop

        Link(PipelineNode from, PipelineNode to, long delayUs) {
            this.from = from;
            this.to = to;
            this.delayUs = delayUs;
        }

        @Override
        public int leaderId() {
            return LEADER;
        }

        @Override
        public void fetch(FetchRequestData request, FetchResponseHandler handler) {
            to.loop.executeAfterUs(() -> arrive(request, handler), delayUs);
        }

        private void arrive(FetchRequestData request, FetchResponseHandler handler) {
            if (last != null) {
                last.release();
            }
            last = to.service.fetch(FetchCodec.MAX_VERSION, request, response -> {
                FetchFrame frame = FetchCodec.encodeResponse(0, FetchCodec.MAX_VERSION, response, ByteBuffer::allocate);
                ByteBuffer bytes = bytes(frame);
                from.loop.executeAfterUs(() -> handler.onResponse(decode(bytes)), delayUs);
            });
        }

        private static FetchResponseData decode(ByteBuffer bytes) {
            bytes.position(HEADER_BYTES);
            return FetchCodec.decodeResponse(bytes.slice(), FetchCodec.MAX_VERSION, MAX_ELEMENTS);
        }

        private static ByteBuffer bytes(FetchFrame frame) {
            ByteBuffer whole = ByteBuffer.allocate(frame.sizeInBytes());
            frame.writeTo(new FrameSink() {
                @Override
                public void bytes(ByteBuffer bytes) {
                    whole.put(bytes);
                }

                @Override
                public void slice(LogSlice slice) {
                    try {
                        slice.copyTo(whole);
                    } finally {
                        slice.release();
                    }
                }
            });
            return whole.flip();
        }

        @Override
        public void disconnect() {}

        @Override
        public void close() {}
    }
}
