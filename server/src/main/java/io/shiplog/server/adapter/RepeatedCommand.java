// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.metadata.client.MetadataClient;
import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.client.RequestOrigin;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.server.api.AdminAnswer;
import io.shiplog.server.api.AdminFailure;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** One command of a client, given to the quorum in as many attempts as fit into its time. */
final class RepeatedCommand {
    /** Less time than this is not worth another attempt. */
    private static final int LEAST_ATTEMPT_MS = 50;

    private final MetadataClient client;
    private final Executor afterPause;
    private final MetadataCommand.Builder command;
    private final RequestOrigin origin;
    private final long deadlineNs;
    private final CompletableFuture<AdminAnswer> result = new CompletableFuture<>();

    /** @param afterPause runs what it is given a little later */
    RepeatedCommand(
            MetadataClient client,
            Executor afterPause,
            MetadataCommand.Builder command,
            RequestOrigin origin,
            int timeoutMs) {
        this.client = client;
        this.afterPause = afterPause;
        this.command = command;
        this.origin = origin;
        this.deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    }

    CompletableFuture<AdminAnswer> begin() {
        attempt(false);
        return result;
    }

    private void attempt(boolean repeated) {
        var unused = client.submit(command, origin, leftMs()).whenComplete((answer, failure) -> {
            if (isUnknown(failure) && leftMs() > LEAST_ATTEMPT_MS) {
                afterPause.execute(() -> attempt(true));
            } else {
                result.complete(answer(answer, failure, repeated));
            }
        });
    }

    static AdminAnswer answer(MetadataResult answer, Throwable failure, boolean repeated) {
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
        return cause instanceof MetadataUnavailable;
    }
}
