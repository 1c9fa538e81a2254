// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.MetadataCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * Which brokers are alive: soft state of the active controller, from connections and heartbeats. Pure: events and time in,
 * commands out. Not thread-safe; the controller's thread owns it.
 */
public final class BrokerLiveness {
    private final LivenessSettings settings;

    public BrokerLiveness(LivenessSettings settings) {
        this.settings = settings;
    }

    /** This node became the active controller. Every unfenced broker gets a full session; sweeping comes first. */
    public void onControllerReady(MetadataImage image, long nowMs) {}

    /** A broker opened the connection on which its heartbeats come. */
    public void onConnected(int brokerId, long nowMs) {}

    /** That connection broke. */
    public void onConnectionLost(int brokerId, long nowMs) {}

    /** A broker is alive and has applied the metadata up to {@code appliedOffset}. */
    public HeartbeatReply onHeartbeat(
            MetadataImage image,
            int brokerId,
            long brokerEpoch,
            long appliedOffset,
            boolean wantShutdown,
            boolean wantFence,
            long nowMs) {
        return new HeartbeatReply(Errors.NONE, image.offset(), false, false, false);
    }

    /**
     * The command to decide before the registration of a new incarnation: fences the one before when it has no connection any
     * more, so that a restarted node need not wait for the old session to end.
     */
    public Optional<MetadataCommand> beforeRegistration(
            MetadataImage image, int brokerId, Uuid incarnationId, long nowMs) {
        return Optional.empty();
    }

    /** The commands that are due, fencing first. They may be given again until the image shows their effect. */
    public List<MetadataCommand> poll(MetadataImage image, long nowMs) {
        return new ArrayList<>();
    }

    /** When {@link #poll} is to be called at the latest; {@link Long#MAX_VALUE} when nothing waits. */
    public long nextDeadlineMs() {
        return Long.MAX_VALUE - settings.sessionTimeoutMs();
    }
}
