// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.FetchSnapshotRequest;
import io.shiplog.metadata.proto.FetchSnapshotResponse;
import io.shiplog.metadata.snapshot.SnapshotFormat;
import java.util.ArrayDeque;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Images for readers that are behind the ring, in chunks. The last two encoded images are kept, so that readers who began on one can end on
 * it. Has a thread of its own: encoding takes about 0.2 s for a million partitions, and heartbeats must not wait for that.
 */
final class ServedSnapshots implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServedSnapshots.class);
    private static final int KEPT = 2;
    private static final int MAX_CHUNK_BYTES = 1 << 20;
    private static final int MAX_WAITING = 1_024;
    private static final long KEEP_ALIVE_S = 10;

    private record Encoded(long offset, ByteString bytes) {}

    private final Supplier<MetadataImage> image;
    private final ArrayDeque<Encoded> kept = new ArrayDeque<>();
    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
            1, 1, KEEP_ALIVE_S, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING), ServedSnapshots::newThread);

    ServedSnapshots(Supplier<MetadataImage> image) {
        this.image = image;
        thread.allowCoreThreadTimeOut(true);
    }

    private static Thread newThread(Runnable work) {
        Thread created = new Thread(work, "metadata-served-snapshot");
        created.setDaemon(true);
        return created;
    }

    /**
     * Answers with a chunk, on this object's thread; with null when that snapshot is not kept any more, or there is no such position in it, or
     * too many readers wait: the reader begins anew.
     */
    void read(FetchSnapshotRequest request, Consumer<FetchSnapshotResponse> reply) {
        try {
            thread.execute(() -> reply.accept(chunk(request)));
        } catch (RejectedExecutionException e) {
            LOG.debug("a reader of a metadata snapshot has to come again", e);
            reply.accept(null);
        }
    }

    private FetchSnapshotResponse chunk(FetchSnapshotRequest request) {
        Encoded snapshot = request.getSnapshotOffset() < 0 ? newest() : find(request.getSnapshotOffset());
        long position = request.getPosition();
        if (snapshot == null || position < 0 || position > snapshot.bytes().size()) {
            return null;
        }
        int from = (int) position;
        int asked = Math.max(1, Math.min(MAX_CHUNK_BYTES, request.getMaxBytes()));
        int size = Math.min(asked, snapshot.bytes().size() - from);
        return FetchSnapshotResponse.newBuilder()
                .setSnapshotOffset(snapshot.offset())
                .setTotalBytes(snapshot.bytes().size())
                .setPosition(position)
                .setChunk(snapshot.bytes().substring(from, from + size))
                .build();
    }

    private Encoded newest() {
        MetadataImage current = image.get();
        Encoded known = find(current.offset());
        if (known != null) {
            return known;
        }
        Encoded encoded =
                new Encoded(current.offset(), UnsafeByteOperations.unsafeWrap(SnapshotFormat.toBytes(current)));
        kept.addLast(encoded);
        if (kept.size() > KEPT) {
            kept.removeFirst();
        }
        return encoded;
    }

    private Encoded find(long offset) {
        for (Encoded snapshot : kept) {
            if (snapshot.offset() == offset) {
                return snapshot;
            }
        }
        return null;
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}
