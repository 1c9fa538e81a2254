// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.server.protocol.Exchange;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Goes on with an exchange when a future has completed. */
public final class Later {
    private Later() {}

    /**
     * Runs {@code then} on the connection's loop, where an exception that it throws is noticed; in the future itself it would
     * be lost.
     *
     * @param then given the result or the failure
     */
    public static <T> void on(CompletableFuture<T> future, Exchange exchange, BiConsumer<T, Throwable> then) {
        var unused = future.whenComplete((result, failure) -> exchange.execute(() -> then.accept(result, failure)));
    }

    /** As {@link #on}, of a future that never fails. */
    static <T> void answered(CompletableFuture<T> future, Exchange exchange, Consumer<T> then) {
        on(future, exchange, (result, failure) -> {
            if (failure != null) {
                throw new IllegalStateException("a future that may not fail has failed", failure);
            }
            then.accept(result);
        });
    }
}
