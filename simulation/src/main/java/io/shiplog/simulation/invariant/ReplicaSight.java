// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.replication.port.IsrProposal;
import io.shiplog.replication.port.PartitionState;
import java.util.List;
import org.apache.kafka.common.Uuid;

/** One replica as it is now, in a process that runs. Looking changes nothing. */
public interface ReplicaSight {
    Uuid topicId();

    int partition();

    boolean isLeader();

    /** Latest leader epoch that it knows; −1 for none. */
    int leaderEpoch();

    long logStart();

    long logEnd();

    /** All below is on its disk, as its log says. */
    long flushed();

    long highWatermark();

    int truncationGeneration();

    /** Where the leader epoch of a leader began; −1 on a follower. */
    long epochStart();

    /** What it acts on; null before the first metadata. */
    PartitionState state();

    /** The ISR proposal of a leader that is not settled; null for none. */
    IsrProposal openProposal();

    /** Why it does nothing any more, or null. */
    String stoppedBecause();

    /** Whether it takes something in its log for damaged. */
    boolean isDamaged();

    /** Whether its log says that a start cut something off its end that may have been promised, so that it is to be compared with others. */
    boolean isShortened();

    /** What its log holds from one offset to before another, in order. */
    List<Entry> entries(long from, long to);
}
