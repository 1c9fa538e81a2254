// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.connect;

import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;

/** Says in one line why a command failed. */
public final class Failures {
    private Failures() {}

    /** One line, without a full stop. */
    public static String sentence(Throwable failure) {
        Throwable cause = failure;
        // The futures' wrapper, and the client's own "Failed to create ..." around the reason.
        while (cause.getCause() != null
                && (cause instanceof ExecutionException || cause.getClass() == KafkaException.class)) {
            cause = cause.getCause();
        }
        if (cause instanceof TimeoutException) {
            return "no answer from the cluster (" + cause.getMessage() + ")";
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
