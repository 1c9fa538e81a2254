// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.client;

/** It is not known whether a command was carried out; retriable after a look at the image. Carries no stack trace. */
public final class MetadataUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MetadataUnavailable(String message) {
        super(message, null, false, false);
    }
}
