// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.quorum;

import io.shiplog.metadata.client.MetadataClient;
import io.shiplog.metadata.client.MetadataClientSettings;
import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.client.MetadataListener;
import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.endpoint.RemoteMetadataClient;
import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.common.protocol.Errors;

/** A tool's connection to the metadata quorum: follows the metadata, and asks the active controller. Waits; for one thread. */
public final class QuorumClient implements AutoCloseable {
    private static final int TOOL = -1;
    /** Says when a client of the metadata looks for another source; a tool has no session. */
    private static final int SESSION_TIMEOUT_MS = 2_000;

    private static final long RETRY_MS = 20;

    /** How long an active controller is waited for by those who can do without. */
    private static final int CONTROLLER_MS = 2_000;

    private final MetadataClient client;
    private final Arrival arrival;
    private final int timeoutMs;
    private final QuorumDescription description;

    private QuorumClient(MetadataClient client, Arrival arrival, int timeoutMs, QuorumDescription description) {
        this.client = client;
        this.arrival = arrival;
        this.timeoutMs = timeoutMs;
        this.description = description;
    }

    /**
     * Connects; returns when the metadata is there, as new as the active controller's was at this moment.
     *
     * @param timeoutMs how long to wait for it, and for each answer later
     * @throws MetadataUnavailable when it does not come in time
     */
    public static QuorumClient connect(List<Endpoint> endpoints, int timeoutMs) throws InterruptedException {
        return connect(endpoints, timeoutMs, timeoutMs, true);
    }

    /**
     * Connects, and goes without an active controller when none answers within two seconds: the metadata is what some quorum node has then,
     * and {@link #description()} is null.
     *
     * @throws MetadataUnavailable when no quorum node gives any metadata
     */
    public static QuorumClient connectToAny(List<Endpoint> endpoints, int timeoutMs) throws InterruptedException {
        return connect(endpoints, timeoutMs, Math.min(timeoutMs, CONTROLLER_MS), false);
    }

    private static QuorumClient connect(
            List<Endpoint> endpoints, int timeoutMs, int controllerMs, boolean controllerNeeded)
            throws InterruptedException {
        MetadataClient client =
                new RemoteMetadataClient(MetadataClientSettings.of(endpoints, TOOL, SESSION_TIMEOUT_MS));
        Arrival arrival = new Arrival();
        QuorumClient tool = new QuorumClient(client, arrival, timeoutMs, null);
        try {
            client.start(arrival);
            QuorumDescription controller = tool.controller(controllerMs, controllerNeeded);
            long offset = controller == null ? 0 : controller.metadataOffset();
            tool.await(arrival.upTo(offset), "no metadata from " + addresses(endpoints), timeoutMs);
            return new QuorumClient(client, arrival, timeoutMs, controller);
        } catch (RuntimeException | InterruptedException e) {
            client.close();
            throw e;
        }
    }

    private static String addresses(List<Endpoint> endpoints) {
        return endpoints.stream().map(Endpoint::toString).collect(Collectors.joining(","));
    }

    /** The same connection, with another patience for answers. */
    public QuorumClient within(int otherTimeoutMs) {
        return new QuorumClient(client, arrival, otherTimeoutMs, description);
    }

    /** The client itself, for what it is asked. */
    public MetadataClient client() {
        return client;
    }

    /** The newest metadata. */
    public MetadataImage image() {
        return client.image();
    }

    /** Metadata at least as new as a description of the quorum; null when it does not come soon. */
    public MetadataImage imageAsOf(QuorumDescription told) throws InterruptedException {
        try {
            await(arrival.upTo(told.metadataOffset()), "", CONTROLLER_MS);
            return image();
        } catch (MetadataUnavailable late) {
            return null;
        }
    }

    /** What the active controller said of the quorum when this was connected; null when there was none. */
    public QuorumDescription description() {
        return description;
    }

    /** What the active controller says now; null when none answers soon. */
    public QuorumDescription describedOrNull() throws InterruptedException {
        return controller(CONTROLLER_MS, false);
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
        return await(answer, "no answer from the metadata quorum", timeoutMs);
    }

    private <T> T await(CompletableFuture<T> answer, String otherwise, int withinMs) throws InterruptedException {
        try {
            return answer.get(withinMs, TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw new MetadataUnavailable(otherwise + " within " + withinMs + " ms");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        }
    }

    /** What the active controller says; it may take a moment until it is found. */
    private QuorumDescription controller(int withinMs, boolean needed) throws InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(withinMs);
        while (true) {
            int leftMs = (int) TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
            try {
                return await(client.describeQuorum(), "no answer from the metadata quorum", Math.max(1, leftMs));
            } catch (MetadataUnavailable e) {
                if (System.nanoTime() < deadlineNs) {
                    TimeUnit.MILLISECONDS.sleep(RETRY_MS);
                } else if (needed) {
                    throw new MetadataUnavailable(
                            "the metadata quorum has no active controller, or it did not answer within " + withinMs
                                    + " ms; a majority of its nodes must run");
                } else {
                    return null;
                }
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
        private RuntimeException failed;
        private long awaitedOffset;
        private long offset = -1;

        synchronized CompletableFuture<Void> upTo(long wanted) {
            awaitedOffset = wanted;
            awaited = new CompletableFuture<>();
            maybeComplete();
            return awaited;
        }

        private void maybeComplete() {
            if (failed != null) {
                awaited.completeExceptionally(failed);
            } else if (offset >= awaitedOffset) {
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
            failed = failure;
            maybeComplete();
        }
    }
}
