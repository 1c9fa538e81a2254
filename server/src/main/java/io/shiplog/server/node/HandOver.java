// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.node;

import io.shiplog.metadata.client.MetadataClient;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first step of a stop in good order: the controller moves this node's leaderships to others and takes it out of every ISR, while it
 * goes on serving. Ends when the controller lets the node go, when nobody is there to take over what is left, or when the time is over;
 * says in one line which of these it was, and what it waited for.
 */
final class HandOver {
    private static final Logger LOG = LoggerFactory.getLogger(HandOver.class);
    private static final long LOOK_MS = 50;

    private final int nodeId;
    private final MetadataClient client;
    private final long timeoutMs;

    HandOver(int nodeId, MetadataClient client, long timeoutMs) {
        this.nodeId = nodeId;
        this.client = client;
        this.timeoutMs = timeoutMs;
    }

    /** Returns when the node may stop, or has to. Not from the client's thread. */
    void run() {
        long startNs = System.nanoTime();
        Holdings before = Holdings.of(client.image(), nodeId);
        LOG.info("node {} stops: it leads {} partitions and is in sync in {}", nodeId, before.leads(), before.inSync());
        String failure = await(client.controlledShutdown(), startNs);
        long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
        if (failure == null) {
            LOG.info("node {} has handed over within {} ms", nodeId, tookMs);
        } else {
            LOG.warn("node {} stops after {} ms though {}", nodeId, tookMs, failure);
        }
    }

    /** Null when the controller let the node go; else what is wrong, as the end of a sentence. */
    private String await(CompletableFuture<Void> granted, long startNs) {
        long deadlineNs = startNs + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (true) {
            try {
                granted.get(LOOK_MS, TimeUnit.MILLISECONDS);
                return null;
            } catch (TimeoutException notYet) {
                Holdings left = Holdings.of(client.image(), nodeId);
                if (nobodyElse(left)) {
                    return "nobody can take over: " + left.examples();
                }
                if (System.nanoTime() >= deadlineNs) {
                    return notLetGo(left);
                }
            } catch (ExecutionException e) {
                return "the controller could not be asked: " + e.getCause();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return "it was interrupted while it handed over";
            }
        }
    }

    private boolean nobodyElse(Holdings left) {
        MetadataImage image = client.image();
        BrokerImage self = image.broker(nodeId);
        return self != null && self.inControlledShutdown() && left.leads() > 0 && left.alone() == left.leads();
    }

    private String notLetGo(Holdings left) {
        if (!client.lease().valid(System.nanoTime())) {
            return "no active controller answers; it still leads " + left.leads() + " partitions";
        }
        String controllerSays = client.shutdownWaitsFor();
        if (!controllerSays.isEmpty()) {
            return "the controller has not let it go: " + controllerSays;
        }
        return left.leads() == 0
                ? "the controller has not let it go: other nodes have not applied the change yet"
                : "it still leads " + left.leads() + " partitions: " + left.examples();
    }
}
