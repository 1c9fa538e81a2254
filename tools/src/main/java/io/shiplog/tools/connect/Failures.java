// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.connect;

import io.shiplog.metadata.client.MetadataRefusal;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** Says in one line why a command failed. */
public final class Failures {
    private Failures() {}

    /** One line, without a full stop. */
    public static String sentence(Throwable failure) {
        Throwable cause = cause(failure);
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        // picocli begins some of its own messages so; whoever prints one has said it already.
        String bare = message.startsWith("Error: ") ? message.substring("Error: ".length()) : message;
        return sentence(cause, bare).strip().replaceAll("\\s*\\R\\s*", " ");
    }

    /** Without the futures' wrappers, and the client's own "Failed to create ..." around the reason. */
    static Throwable cause(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null
                && (cause instanceof ExecutionException
                        || cause instanceof CompletionException
                        || cause.getClass() == KafkaException.class)) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static String sentence(Throwable cause, String message) {
        if (cause instanceof TimeoutException) {
            return "no answer from the cluster (" + message + ")";
        }
        if (cause instanceof UnknownTopicOrPartitionException) {
            return "there is no such topic or partition (bin/shiplog topics lists them)";
        }
        if (cause instanceof MetadataRefusal refusal) {
            return refused(refusal);
        }
        if (cause instanceof UnsupportedVersionException) {
            return "the cluster runs older software than this tool: " + message;
        }
        return message;
    }

    /** In the quorum's own words, or else in those of the error. */
    private static String refused(MetadataRefusal refusal) {
        String reason = refusal.reason().isEmpty() ? refusal.error().message() : refusal.reason();
        return reason.endsWith(".") ? reason.substring(0, reason.length() - 1) : reason;
    }
}
