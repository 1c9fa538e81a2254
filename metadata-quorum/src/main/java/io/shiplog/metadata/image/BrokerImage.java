// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import java.util.List;
import org.apache.kafka.common.Uuid;

/**
 * A registered storage node.
 *
 * @param epoch metadata offset of its registration record; a later registration has a greater one
 * @param incarnationId drawn by the process at its start: tells a restarted node from a repeated request
 * @param rack empty when it has none
 * @param fenced not to be used: never a leader, never in an ISR
 * @param inControlledShutdown is handing over its leaderships; not fenced until it has gone
 * @param directoryIds the disks that it registered with
 * @param draining by an operator's wish it leads nothing where another replica can; it stays in sync
 * @param uncleanStart the process before this registration did not stop in good order
 * @param features what its software supports, by name; none when it did not say
 * @param adminEndpoint where it tells of itself; null when it did not say. For tools: nothing is decided by it
 * @param cordoned it gets no new replicas, from placement nor from jobs
 */
public record BrokerImage(
        int id,
        long epoch,
        Uuid incarnationId,
        List<ListenerEndpoint> endpoints,
        String rack,
        boolean fenced,
        boolean inControlledShutdown,
        List<Uuid> directoryIds,
        boolean draining,
        boolean uncleanStart,
        List<SupportedFeature> features,
        ListenerEndpoint adminEndpoint,
        boolean cordoned) {

    public BrokerImage {
        endpoints = List.copyOf(endpoints);
        directoryIds = List.copyOf(directoryIds);
        features = List.copyOf(features);
    }

    /** Whether it may lead, join an ISR, or be given new replicas. */
    public boolean active() {
        return !fenced && !inControlledShutdown;
    }

    /** Whether its software supports a feature at {@code level}. */
    public boolean supports(String feature, int level) {
        SupportedFeature supported = SupportedFeature.find(features.isEmpty() ? Features.unnamed() : features, feature);
        return supported == null ? level == 0 : supported.contains(level);
    }

    /** Whether it is alive and about to stop: it may keep what nobody else can take, and gets nothing new. */
    public boolean leaving() {
        return !fenced && inControlledShutdown;
    }

    BrokerImage withState(
            boolean nowFenced, boolean nowInControlledShutdown, boolean nowDraining, boolean nowCordoned) {
        return new BrokerImage(
                id,
                epoch,
                incarnationId,
                endpoints,
                rack,
                nowFenced,
                nowInControlledShutdown,
                directoryIds,
                nowDraining,
                uncleanStart,
                features,
                adminEndpoint,
                nowCordoned);
    }
}
