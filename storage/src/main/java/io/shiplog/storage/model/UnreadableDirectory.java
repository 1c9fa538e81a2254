// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.model;

/** A data directory cannot be opened because its disk does not answer or is not there; the node's others are not concerned. */
public class UnreadableDirectory extends StorageException {
    private static final long serialVersionUID = 1L;

    public UnreadableDirectory(String message, Throwable cause) {
        super(message, cause);
    }
}
