// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.PartitionId;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/**
 * Answer to a heartbeat.
 *
 * @param error {@link Errors#NONE}, or {@link Errors#STALE_BROKER_EPOCH} when the broker is not registered with that epoch:
 *     then no session was renewed
 * @param committedOffset metadata offset of the controller's image
 * @param fenced whether the broker is fenced now
 * @param caughtUp whether its applied offset is near enough to the committed one
 * @param shutdownWaitsFor why a broker that asked to stop should not yet, for people; empty when it may, and null when it did
 *     not ask
 * @param logInfoWanted replicas of which the broker is to tell what they hold
 */
public record HeartbeatReply(
        Errors error,
        long committedOffset,
        boolean fenced,
        boolean caughtUp,
        String shutdownWaitsFor,
        List<PartitionId> logInfoWanted) {
    public HeartbeatReply {
        logInfoWanted = List.copyOf(logInfoWanted);
    }

    static HeartbeatReply stale(long committedOffset) {
        return new HeartbeatReply(Errors.STALE_BROKER_EPOCH, committedOffset, true, false, null, List.of());
    }

    /** Whether a broker that asked for it may stop: whatever it led that another can lead has moved. */
    public boolean shouldShutdown() {
        return shutdownWaitsFor != null && shutdownWaitsFor.isEmpty();
    }

    /** This answer, asking for {@code wanted}. */
    public HeartbeatReply asking(List<PartitionId> wanted) {
        return new HeartbeatReply(error, committedOffset, fenced, caughtUp, shutdownWaitsFor, wanted);
    }
}
