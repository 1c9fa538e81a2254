// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.channel.EventLoop;
import io.shiplog.metadata.client.MetadataClientSettings;
import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.EndpointRequest;
import io.shiplog.metadata.proto.EndpointResponse;
import io.shiplog.metadata.proto.FetchMetadataRequest;
import io.shiplog.metadata.proto.FetchMetadataResponse;
import io.shiplog.metadata.proto.FetchSnapshotRequest;
import io.shiplog.metadata.proto.FetchSnapshotResponse;
import io.shiplog.metadata.proto.HelloRequest;
import io.shiplog.metadata.proto.HelloResponse;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.snapshot.SnapshotFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the committed metadata: long polls to the active controller where it is known, else to any quorum node; a snapshot when it is too far
 * behind; another source when this one stays behind. The image never goes back. Owned by the client's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // tasks of the loop report their own failures
final class MetadataFollower {
    private static final Logger LOG = LoggerFactory.getLogger(MetadataFollower.class);
    private static final int MAX_WAIT_MS = 500;
    private static final int ANSWER_TIMEOUT_MS = MAX_WAIT_MS + 1_000;
    private static final int MAX_BYTES = 1 << 20;
    private static final long CHECK_EVERY_MS = 250;

    /** Told on the event loop; an exception ends the client. */
    interface Listener {
        void onMetadata(MetadataImage previous, MetadataImage current, MetadataDelta delta);

        void onFollowerFailed(RuntimeException failure);
    }

    private record AwaitedOffset(long offset, Runnable action, Runnable late) {}

    private final EventLoop loop;
    private final MetadataClientSettings settings;
    private final KnownEndpoints endpoints;
    private final Supplier<HelloRequest> hello;
    private final BiPredicate<Endpoint, HelloResponse> accept;
    private final Listener listener;
    private final List<AwaitedOffset> awaited = new ArrayList<>();
    private volatile MetadataImage image = MetadataImage.empty();
    private EndpointConnection source;
    private Endpoint preferred;
    private int next;
    private int failures;
    private boolean stopped;
    private long committedOffset;
    private long behindSinceNs;
    private ByteArrayOutputStream snapshot;
    private long snapshotOffset;

    MetadataFollower(
            EventLoop loop,
            MetadataClientSettings settings,
            KnownEndpoints endpoints,
            Supplier<HelloRequest> hello,
            BiPredicate<Endpoint, HelloResponse> accept,
            Listener listener) {
        this.loop = loop;
        this.settings = settings;
        this.endpoints = endpoints;
        this.hello = hello;
        this.accept = accept;
        this.listener = listener;
    }

    /** The newest image; any thread. */
    MetadataImage image() {
        return image;
    }

    void start() {
        behindSinceNs = System.nanoTime();
        loop.scheduleWithFixedDelay(this::checkSource, CHECK_EVERY_MS, CHECK_EVERY_MS, TimeUnit.MILLISECONDS);
        connect();
    }

    void stop() {
        stopped = true;
        if (source != null) {
            source.close();
        }
        List<AwaitedOffset> never = new ArrayList<>(awaited);
        awaited.clear();
        never.forEach(entry -> entry.late().run());
    }

    /** The controller is known: follow it. */
    void prefer(Endpoint controller) {
        preferred = controller;
        if (source == null || !source.endpoint().equals(controller)) {
            changeSource();
        }
    }

    /** So much is committed, as somebody said. */
    void onCommittedOffset(long offset) {
        committedOffset = Math.max(committedOffset, offset);
    }

    /** Runs {@code reached} when the image has reached the offset, or {@code late} when that took longer than {@code timeoutMs}. */
    void whenReached(long offset, long timeoutMs, Runnable reached, Runnable late) {
        if (image.offset() >= offset) {
            reached.run();
            return;
        }
        if (stopped) {
            late.run();
            return;
        }
        AwaitedOffset entry = new AwaitedOffset(offset, reached, late);
        awaited.add(entry);
        loop.schedule(
                () -> {
                    if (awaited.remove(entry)) {
                        late.run();
                    }
                },
                timeoutMs,
                TimeUnit.MILLISECONDS);
    }

    private void checkSource() {
        long nowNs = System.nanoTime();
        if (image.offset() >= committedOffset) {
            behindSinceNs = nowNs;
        } else if (nowNs - behindSinceNs > TimeUnit.MILLISECONDS.toNanos(settings.staleSourceMs())) {
            LOG.info(
                    "metadata source {} stays behind: at {} of {}; taking another",
                    source == null ? "(none)" : source.endpoint(),
                    image.offset(),
                    committedOffset);
            behindSinceNs = nowNs;
            preferred = null;
            changeSource();
        }
    }

    private void changeSource() {
        if (source != null) {
            // Its end makes the next one begin.
            source.close();
        }
    }

    private void connect() {
        if (stopped || source != null) {
            return;
        }
        Endpoint endpoint = preferred;
        preferred = null;
        if (endpoint == null) {
            endpoint = endpoints.all().get(next++ % endpoints.all().size());
        }
        EndpointConnection[] own = new EndpointConnection[1];
        own[0] = new EndpointConnection(loop, endpoint, cause -> onEnded(own[0]));
        source = own[0];
        source.send(EndpointRequest.newBuilder().setHello(hello.get()), ANSWER_TIMEOUT_MS, (response, failure) -> {
            if (response != null) {
                onHello(own[0], response);
            }
        });
    }

    private void onHello(EndpointConnection from, EndpointResponse response) {
        boolean accepted = response.getError() == Errors.NONE.code()
                && response.hasHello()
                && accept.test(from.endpoint(), response.getHello());
        if (accepted) {
            onCommittedOffset(response.getHello().getMetadataOffset());
            fetch(from);
        } else {
            from.close();
        }
    }

    private void onEnded(EndpointConnection ended) {
        if (!ended.equals(source)) {
            return;
        }
        source = null;
        snapshot = null;
        if (!stopped) {
            failures = preferred != null ? 0 : failures + 1;
            int rounds = Math.min(10, failures / endpoints.all().size());
            long backoffMs = Math.min(settings.backoffMaxMs(), (long) settings.backoffMinMs() << rounds);
            loop.schedule(this::connect, preferred != null ? 0 : backoffMs, TimeUnit.MILLISECONDS);
        }
    }

    private void fetch(EndpointConnection from) {
        FetchMetadataRequest request = FetchMetadataRequest.newBuilder()
                .setNextOffset(image.offset())
                .setMaxWaitMs(MAX_WAIT_MS)
                .setMaxBytes(MAX_BYTES)
                .build();
        from.send(EndpointRequest.newBuilder().setFetchMetadata(request), ANSWER_TIMEOUT_MS, (response, failure) -> {
            if (response != null && from.equals(source)) {
                guarded(() -> onFetched(from, response));
            }
        });
    }

    private void onFetched(EndpointConnection from, EndpointResponse response) {
        if (response.getError() != Errors.NONE.code() || !response.hasFetchMetadata()) {
            from.close();
            return;
        }
        FetchMetadataResponse fetched = response.getFetchMetadata();
        failures = 0;
        onCommittedOffset(fetched.getCommittedOffset());
        if (fetched.getNeedSnapshot()) {
            snapshot = new ByteArrayOutputStream();
            snapshotOffset = -1;
            fetchSnapshot(from);
        } else {
            try {
                replay(parsed(fetched.getEntriesList()));
                if (image.offset() < fetched.getCommittedOffset()) {
                    // The source has more: what takes time is the reading.
                    behindSinceNs = System.nanoTime();
                }
                fetch(from);
            } catch (InvalidProtocolBufferException e) {
                LOG.warn("bad metadata entry from {}: {}", from.endpoint(), e.getMessage());
                from.close();
            }
        }
    }

    private static List<MetadataEntry> parsed(List<ByteString> encoded) throws InvalidProtocolBufferException {
        List<MetadataEntry> entries = new ArrayList<>(encoded.size());
        for (ByteString entry : encoded) {
            entries.add(MetadataEntry.parseFrom(entry));
        }
        return entries;
    }

    private void replay(List<MetadataEntry> entries) {
        MetadataImage previous = image;
        MetadataImage current = previous;
        for (MetadataEntry entry : entries) {
            current = current.apply(entry);
        }
        if (current.astrayAtOffset() != previous.astrayAtOffset()) {
            LOG.error(
                    "the metadata of this node differs from the agreed one at offset {}: restart it",
                    current.astrayAtOffset());
        }
        if (current.offset() != previous.offset()) {
            advance(previous, current, MetadataDelta.between(previous, entries, current));
        }
    }

    private void fetchSnapshot(EndpointConnection from) {
        FetchSnapshotRequest request = FetchSnapshotRequest.newBuilder()
                .setSnapshotOffset(snapshotOffset)
                .setPosition(snapshot.size())
                .setMaxBytes(MAX_BYTES)
                .build();
        from.send(EndpointRequest.newBuilder().setFetchSnapshot(request), ANSWER_TIMEOUT_MS, (response, failure) -> {
            if (response != null && from.equals(source)) {
                guarded(() -> onSnapshotChunk(from, response));
            }
        });
    }

    private void onSnapshotChunk(EndpointConnection from, EndpointResponse response) {
        FetchSnapshotResponse chunk = response.getFetchSnapshot();
        boolean fits = response.getError() == Errors.NONE.code()
                && response.hasFetchSnapshot()
                && chunk.getPosition() == snapshot.size()
                && (snapshotOffset < 0 || chunk.getSnapshotOffset() == snapshotOffset);
        if (!fits) {
            from.close();
            return;
        }
        behindSinceNs = System.nanoTime();
        snapshotOffset = chunk.getSnapshotOffset();
        snapshot.writeBytes(chunk.getChunk().toByteArray());
        if (snapshot.size() < chunk.getTotalBytes() && !chunk.getChunk().isEmpty()) {
            fetchSnapshot(from);
            return;
        }
        byte[] bytes = snapshot.toByteArray();
        snapshot = null;
        try {
            MetadataImage current = SnapshotFormat.fromBytes(bytes).image();
            if (current.offset() > image.offset()) {
                LOG.info("read a metadata snapshot at offset {} from {}", current.offset(), from.endpoint());
                advance(image, current, MetadataDelta.full(image, current));
            }
            fetch(from);
        } catch (IOException e) {
            LOG.warn("bad metadata snapshot from {}: {}", from.endpoint(), e.getMessage());
            from.close();
        }
    }

    private void advance(MetadataImage previous, MetadataImage current, MetadataDelta delta) {
        image = current;
        listener.onMetadata(previous, current, delta);
        List<Runnable> due = new ArrayList<>();
        for (Iterator<AwaitedOffset> each = awaited.iterator(); each.hasNext(); ) {
            AwaitedOffset entry = each.next();
            if (entry.offset() <= current.offset()) {
                each.remove();
                due.add(entry.action());
            }
        }
        due.forEach(Runnable::run);
    }

    /** Metadata that cannot be replayed, or a listener that fails, leaves this node without a true image: it must not go on. */
    private void guarded(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            listener.onFollowerFailed(e);
        }
    }
}
