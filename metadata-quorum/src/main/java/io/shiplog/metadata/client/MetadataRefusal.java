// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.client;

import org.apache.kafka.common.protocol.Errors;

/** The quorum decided against a command as a whole. An expected outcome: carries no stack trace. */
public final class MetadataRefusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Errors error;
    private final String reason;

    public MetadataRefusal(Errors error, String message) {
        super(error + (message.isEmpty() ? "" : ": " + message), null, false, false);
        this.error = error;
        this.reason = message;
    }

    public Errors error() {
        return error;
    }

    /** What the quorum said to the error; "" for nothing. */
    public String reason() {
        return reason;
    }
}
