// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.node;

/** A node was told to stop before it served. */
public final class StoppedWhileStarting extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StoppedWhileStarting() {
        super("the node was stopped before it served", null, false, false);
    }
}
