// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.model;

/** Something was refused for want of file descriptors or space. Nothing was changed, nothing is broken; it may be asked for again later. */
public class NoRoom extends StorageException {
    private static final long serialVersionUID = 1L;

    public NoRoom(String message, Throwable cause) {
        super(message, cause);
    }
}
