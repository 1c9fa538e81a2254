// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.proto.MetadataResult;
import org.apache.kafka.common.protocol.Errors;

/**
 * What the controller says to a command that it was given for a client.
 *
 * @param error    why the command as a whole was refused; {@link Errors#REQUEST_TIMED_OUT} when it is not known what became of it
 * @param message  to the error, "" when there is nothing to say
 * @param result   the answer's body; the empty one with an error
 * @param repeated whether the command was given before and what became of that is not known: it may have been carried out
 */
public record AdminAnswer(Errors error, String message, MetadataResult result, boolean repeated) {
    public static AdminAnswer of(MetadataResult result, boolean repeated) {
        return new AdminAnswer(Errors.NONE, "", result, repeated);
    }

    public static AdminAnswer refused(Errors error, String message, boolean repeated) {
        return new AdminAnswer(error, message, MetadataResult.getDefaultInstance(), repeated);
    }

    boolean isRefused() {
        return error != Errors.NONE;
    }

    /** The message as responses carry it: null without an error. */
    String errorMessage() {
        return message(error, message);
    }

    /** A message as responses carry it: null without an error, the error's own where nothing else is said. */
    static String message(Errors error, String message) {
        if (error == Errors.NONE) {
            return null;
        }
        return message == null || message.isEmpty() ? error.message() : message;
    }

    /** The same, but null too where nothing more is said than what the error says by itself, as by Kafka's ApiError.fromThrowable. */
    static String ownMessage(Errors error, String message) {
        String told = message(error, message);
        return error.message().equals(told) ? null : told;
    }

    /**
     * The error of one element as the client must hear it: what a command finds done that may have done it itself when it was
     * given before, is a success.
     *
     * @param alreadyDone how the controller says that there is nothing to do any more
     */
    Errors settled(Errors found, Errors alreadyDone) {
        return repeated && found == alreadyDone ? Errors.NONE : found;
    }
}
