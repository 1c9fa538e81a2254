// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.client.MetadataRefusal;
import io.shiplog.metadata.client.MetadataUnavailable;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.protocol.Errors;

/**
 * A failed command to the controller as a Kafka client is told it.
 *
 * @param error retriable when it is not known what became of the command
 */
public record AdminFailure(Errors error, String message) {
    /**
     * Reads the failure of an {@link AdminPort} future; anything but the two that it may have is a bug.
     *
     * <p>A client that asked a broker never hears NOT_CONTROLLER: it could not know whom to ask instead.
     */
    public static AdminFailure of(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof MetadataRefusal refusal) {
            return refusal.error() == Errors.NOT_CONTROLLER
                    ? new AdminFailure(Errors.REQUEST_TIMED_OUT, "no active controller took the request")
                    : new AdminFailure(refusal.error(), refusal.reason());
        }
        if (cause instanceof MetadataUnavailable unavailable) {
            return new AdminFailure(Errors.REQUEST_TIMED_OUT, unavailable.getMessage());
        }
        return new AdminFailure(Errors.UNKNOWN_SERVER_ERROR, cause.toString());
    }
}
