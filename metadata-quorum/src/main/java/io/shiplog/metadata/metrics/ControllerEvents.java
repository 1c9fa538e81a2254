// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.metrics;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.ChangeCause;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.PartitionChangeRecord;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what happens, from the start of the process on. Any thread. */
public final class ControllerEvents {
    /** How the controller words the fencing of a broker whose session has ended. */
    private static final String SESSION_TIMEOUT = "session timeout";

    private final AtomicLong uncleanElections = new AtomicLong();
    private final AtomicLong electionsFromElr = new AtomicLong();
    private final AtomicLong timedOutHeartbeats = new AtomicLong();
    private final AtomicLong newActiveControllers = new AtomicLong();
    private final AtomicLong metadataErrors = new AtomicLong();
    private final Latencies queueTime = new Latencies();
    private final Latencies processingTime = new Latencies();
    private final Latencies commitTime = new Latencies();
    private volatile long appliedAtMs;

    /** An entry was applied; {@code before} is the image before it. Costs one look per change of a leader. */
    public void onApplied(MetadataImage before, MetadataEntry entry) {
        appliedAtMs = entry.getDecidedAtMs();
        for (MetadataRecord record : entry.getRecordsList()) {
            if (record.hasPartitionChange()) {
                countElection(before, record.getPartitionChange());
            } else if (record.hasBrokerState()
                    && record.getBrokerState().getFenced()
                    && record.getBrokerState().getCause().equals(SESSION_TIMEOUT)) {
                timedOutHeartbeats.incrementAndGet();
            }
        }
    }

    private void countElection(MetadataImage before, PartitionChangeRecord change) {
        boolean recovered = change.getCause() == ChangeCause.UNCLEAN_RECOVERY;
        if (recovered || change.getCause() == ChangeCause.UNCLEAN_ELECTION) {
            uncleanElections.incrementAndGet();
        }
        int leader = change.getState().getLeader();
        PartitionImage known = before.partition(Uuids.fromBytes(change.getTopicId()), change.getPartition());
        if (known != null && leader >= 0 && leader != known.leader() && known.inElr(leader)) {
            electionsFromElr.incrementAndGet();
        }
    }

    /** Another node than before is the active controller. */
    public void onNewController() {
        newActiveControllers.incrementAndGet();
    }

    /** Something failed that should not, and the node stops or goes on without it. */
    public void onError() {
        metadataErrors.incrementAndGet();
    }

    /** An event waited in the controller's queue, then was worked on. */
    public void onEvent(long waitedNs, long workedNs) {
        queueTime.record(waitedNs);
        processingTime.record(workedNs);
    }

    /** A proposal was agreed on after so long. */
    public void onCommitted(long durationNs) {
        commitTime.record(durationNs);
    }

    long uncleanElections() {
        return uncleanElections.get();
    }

    long electionsFromElr() {
        return electionsFromElr.get();
    }

    long timedOutHeartbeats() {
        return timedOutHeartbeats.get();
    }

    long newActiveControllers() {
        return newActiveControllers.get();
    }

    long metadataErrors() {
        return metadataErrors.get();
    }

    Latencies queueTime() {
        return queueTime;
    }

    Latencies processingTime() {
        return processingTime;
    }

    Latencies commitTime() {
        return commitTime;
    }

    /** Wall clock at which the last applied entry was decided; 0 before the first. */
    long appliedAtMs() {
        return appliedAtMs;
    }
}
