// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.quorum;

import io.shiplog.metadata.client.MetadataClient;
import io.shiplog.metadata.client.MetadataClientSettings;
import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.client.MetadataListener;
import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.endpoint.RemoteMetadataClient;
import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.protocol.Errors;

/** A tool's connection to the metadata quorum: follows the metadata, and asks the active controller. Waits; for one thread. */
public final class QuorumClient implements AutoCloseable {
    private static final int TOOL = -1;
    /** Says when a client of the metadata looks for another source; a tool has no session. */
    private static final int SESSION_TIMEOUT_MS = 2_000;

    private static final long RETRY_MS = 20;

    private final MetadataClient client;
    private final int timeoutMs;

    private QuorumClient(MetadataClient client, int timeoutMs) {
        this.client = client;
        this.timeoutMs = timeoutMs;
    }

    /**
     * Connects; returns when the metadata is there, as new as the active controller's was at this moment.
     *
     * @param timeoutMs how long to wait for it, and for each answer later
     * @throws MetadataUnavailable when it does not come in time
     */
    public static QuorumClient connect(List<Endpoint> endpoints, int timeoutMs) throws InterruptedException {
        MetadataClient client =
                new RemoteMetadataClient(MetadataClientSettings.of(endpoints, TOOL, SESSION_TIMEOUT_MS));
        QuorumClient tool = new QuorumClient(client, timeoutMs);
        try {
            Arrival arrival = new Arrival();
            client.start(arrival);
            String otherwise = "no metadata from " + endpoints;
            tool.await(arrival.upTo(0), otherwise);
            tool.await(arrival.upTo(tool.committedOffset()), otherwise);
            return tool;
        } catch (RuntimeException | InterruptedException e) {
            client.close();
            throw e;
        }
    }

    /** The same connection, with another patience for answers. */
    public QuorumClient within(int otherTimeoutMs) {
        return new QuorumClient(client, otherTimeoutMs);
    }

    /** The client itself, for what it is asked. */
    public MetadataClient client() {
        return client;
    }

    /** The newest metadata. */
    public MetadataImage image() {
        return client.image();
    }

    public int timeoutMs() {
        return timeoutMs;
    }

    /**
     * The value of an answer.
     *
     * @throws MetadataUnavailable when it does not come in time; what the answer failed with is thrown as it is
     */
    public <T> T await(CompletableFuture<T> answer) throws InterruptedException {
        return await(answer, "no answer from the metadata quorum");
    }

    private <T> T await(CompletableFuture<T> answer, String otherwise) throws InterruptedException {
        try {
            return answer.get(timeoutMs, TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw new MetadataUnavailable(otherwise + " within " + timeoutMs + " ms");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        }
    }

    /** How far the active controller is; it may take a moment until it is found. */
    private long committedOffset() throws InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (true) {
            try {
                return await(client.describeQuorum()).metadataOffset();
            } catch (MetadataUnavailable e) {
                if (System.nanoTime() >= deadlineNs) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(RETRY_MS);
            }
        }
    }

    @Override
    public void close() {
        client.close();
    }

    /** Waits for metadata to arrive. */
    private static final class Arrival implements MetadataListener {
        private CompletableFuture<Void> awaited = new CompletableFuture<>();
        private long awaitedOffset;
        private long offset = -1;

        synchronized CompletableFuture<Void> upTo(long wanted) {
            awaitedOffset = wanted;
            awaited = new CompletableFuture<>();
            maybeComplete();
            return awaited;
        }

        private void maybeComplete() {
            if (offset >= awaitedOffset) {
                awaited.complete(null);
            }
        }

        @Override
        public synchronized void onMetadata(MetadataImage previous, MetadataImage current, MetadataDelta delta) {
            offset = current.offset();
            maybeComplete();
        }

        @Override
        public void onRegistrationLost(Errors error, String message) {
            throw new IllegalStateException("a tool has no registration: " + error);
        }

        @Override
        public synchronized void onFailure(RuntimeException failure) {
            awaited.completeExceptionally(failure);
        }
    }
}
