// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.client.ProducerIdBlock;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Gives out producer ids, each once in the life of the cluster, from blocks that the controller gave to this node. The next
 * block is asked for while the current one lasts. Thread-safe.
 */
public final class ProducerIds {
    /** Of the block's ids, this part is left when the next block is asked for: one in so many. */
    private static final int PREFETCH_AT = 4;

    /** Producers that wait for a block while the controller is away; more are refused. */
    static final int MAX_WAITING = 10_000;

    private final Supplier<CompletableFuture<ProducerIdBlock>> controller;
    private final Queue<CompletableFuture<Long>> waiting = new ArrayDeque<>();
    private long nextId;
    private long idsLeft;
    private long blockSize;
    private ProducerIdBlock nextBlock;
    private boolean asking;

    /**
     * @param controller asks the controller for a block
     */
    public ProducerIds(Supplier<CompletableFuture<ProducerIdBlock>> controller) {
        this.controller = controller;
    }

    /** The next id; at once as long as there is a block. Fails as the controller's answer fails. */
    public CompletableFuture<Long> next() {
        CompletableFuture<Long> id;
        synchronized (this) {
            id = take();
        }
        askIfNeeded();
        return id;
    }

    private void askIfNeeded() {
        synchronized (this) {
            boolean runningLow = !waiting.isEmpty() || idsLeft <= blockSize / PREFETCH_AT;
            if (asking || nextBlock != null || !runningLow) {
                return;
            }
            asking = true;
        }
        var unused = controller.get().whenComplete(this::onBlock);
    }

    private CompletableFuture<Long> take() {
        if (idsLeft == 0 && nextBlock != null) {
            useNextBlock();
        }
        if (idsLeft > 0) {
            idsLeft--;
            return CompletableFuture.completedFuture(nextId++);
        }
        if (waiting.size() >= MAX_WAITING) {
            return CompletableFuture.failedFuture(new IllegalStateException("too many wait for producer ids"));
        }
        CompletableFuture<Long> later = new CompletableFuture<>();
        waiting.add(later);
        return later;
    }

    private void useNextBlock() {
        nextId = nextBlock.firstProducerId();
        idsLeft = nextBlock.count();
        blockSize = idsLeft;
        nextBlock = null;
    }

    private void onBlock(ProducerIdBlock block, Throwable failure) {
        Queue<CompletableFuture<Long>> served = new ArrayDeque<>();
        Queue<Long> ids = new ArrayDeque<>();
        synchronized (this) {
            asking = false;
            if (failure == null) {
                nextBlock = block;
                if (idsLeft == 0) {
                    useNextBlock();
                }
                while (idsLeft > 0 && !waiting.isEmpty()) {
                    served.add(waiting.poll());
                    ids.add(nextId++);
                    idsLeft--;
                }
            } else {
                served.addAll(waiting);
                waiting.clear();
            }
        }
        if (failure == null) {
            askIfNeeded();
        }
        for (CompletableFuture<Long> each : served) {
            if (failure == null) {
                each.complete(ids.remove());
            } else {
                each.completeExceptionally(failure);
            }
        }
    }
}
