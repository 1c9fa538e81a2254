// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.rolling;

import java.util.List;

/** Who knows whether a node may be restarted. */
public interface RestartGate {
    /**
     * Why a node must not be restarted now, a sentence each; empty when it may be. An answer that is not to be had is a reason.
     */
    List<String> objections(NodeName node) throws InterruptedException;

    /** Moves away what would be interrupted by the restart and can be moved beforehand; may do nothing. */
    void prepare(NodeName node) throws InterruptedException;

    /** What the cluster still lacks until it is as whole as before the restarts; empty when nothing. */
    List<String> missing() throws InterruptedException;
}
