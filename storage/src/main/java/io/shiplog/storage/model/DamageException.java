// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.model;

/**
 * A part of one partition's log cannot be read, or is not what was written. The rest of that log and of its directory are as sound as
 * before; who listens for damages has been told.
 */
public class DamageException extends StorageException {
    private static final long serialVersionUID = 1L;

    public DamageException(String message) {
        super(message);
    }

    public DamageException(String message, Throwable cause) {
        super(message, cause);
    }
}
