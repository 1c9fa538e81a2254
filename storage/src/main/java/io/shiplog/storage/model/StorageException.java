// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.model;

/**
 * A disk or a data directory cannot be used: failed I/O, another node's directory, a held lock. After failed I/O the
 * directory is offline and stays so; nothing is tried again.
 */
public class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StorageException(String message) {
        super(message);
    }

    public StorageException(String message, Throwable cause) {
        super(message, cause);
    }
}
