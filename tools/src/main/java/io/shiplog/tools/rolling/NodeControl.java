// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.rolling;

import java.io.IOException;

/** Stops and starts the processes of a cluster. */
public interface NodeControl {
    /** Asks the node to end in good order; returns when it has ended. */
    void stop(NodeName node) throws IOException, InterruptedException;

    /** Starts the node; returns when it runs, a storage node when it serves. */
    void start(NodeName node) throws IOException, InterruptedException;
}
