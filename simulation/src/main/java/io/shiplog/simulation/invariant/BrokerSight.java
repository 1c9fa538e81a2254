// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import java.util.List;
import org.apache.kafka.common.Uuid;

/** One broker: its process, if it runs, and what was done to its disk. */
public interface BrokerSight {
    int id();

    /** Whether a process runs; a paused one does. */
    boolean running();

    /** Whether it will never run again, its disk included. */
    boolean isGone();

    /** Counts the processes that were started under this id. */
    int life();

    /** The broker epoch that the process acts under; −1 before it is registered. */
    long brokerEpoch();

    /** Whether the process before this one stopped in order. */
    boolean stoppedCleanly();

    /** Power losses of this broker so far: unsynced bytes may be gone. */
    int powerLosses();

    /** How often its disk lost or changed synced bytes so far: wiped, rolled back, rotten, an fsync that lied. */
    int disksLost();

    /** How often it came back with an empty disk so far, which it can tell. */
    int disksEmptied();

    /** The replicas that the process has; empty when none runs. */
    List<ReplicaSight> replicas();

    /** The partitions of which its disk holds a log, as {@code topic id-partition}. */
    List<PartitionName> logs();

    /** One partition of one incarnation of a topic. */
    record PartitionName(Uuid topicId, int partition) {
        @Override
        public String toString() {
            return topicId + "-" + partition;
        }
    }
}
