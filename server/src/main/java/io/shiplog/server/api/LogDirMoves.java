// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.Errors;

/** Replicas of this node that are to be moved between its log directories, for AlterReplicaLogDirs. */
public interface LogDirMoves {
    /**
     * What somebody wants.
     *
     * @param path of the directory in which the replica is to be; absolute, as DescribeLogDirs names it
     */
    record Wanted(String topic, int partition, String path) {}

    /**
     * Begins the moves, and ends those that lead elsewhere. Completes on another thread, never fails.
     *
     * @return an error for each, in the order given; NONE when the replica is there, or on its way
     */
    CompletableFuture<List<Errors>> move(List<Wanted> wanted);
}
