// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.metadata.client.MetadataRefusal;
import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.server.api.AdminAnswer;
import io.shiplog.server.api.AdminFailure;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.apache.kafka.common.protocol.Errors;

/** One request of a client to the quorum, in as many attempts as fit into its time. */
final class RepeatedCommand {
    /** Less time than this is not worth another attempt. */
    private static final int LEAST_ATTEMPT_MS = 50;

    private final IntFunction<CompletableFuture<MetadataResult>> request;
    private final Executor afterPause;
    private final long deadlineNs;
    private final CompletableFuture<AdminAnswer> result = new CompletableFuture<>();

    /**
     * @param request given the time that is left, in milliseconds
     * @param afterPause runs what it is given a little later
     */
    RepeatedCommand(IntFunction<CompletableFuture<MetadataResult>> request, Executor afterPause, int timeoutMs) {
        this.request = request;
        this.afterPause = afterPause;
        this.deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    }

    CompletableFuture<AdminAnswer> begin() {
        attempt(false);
        return result;
    }

    private void attempt(boolean repeated) {
        var unused = request.apply(leftMs()).whenComplete((answer, failure) -> {
            if (isUnknown(failure) && leftMs() > LEAST_ATTEMPT_MS) {
                afterPause.execute(() -> attempt(true));
            } else {
                result.complete(answer(answer, failure, repeated));
            }
        });
    }

    private static AdminAnswer answer(MetadataResult answer, Throwable failure, boolean repeated) {
        if (failure == null) {
            return AdminAnswer.of(answer, repeated);
        }
        AdminFailure told = AdminFailure.of(failure);
        return AdminAnswer.refused(told.error(), told.message(), repeated);
    }

    private int leftMs() {
        return (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime()));
    }

    private static boolean isUnknown(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        boolean nobody = cause instanceof MetadataRefusal refusal && refusal.error() == Errors.NOT_CONTROLLER;
        return nobody || cause instanceof MetadataUnavailable;
    }
}
