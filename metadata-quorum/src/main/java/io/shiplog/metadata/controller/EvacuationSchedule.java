// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.BalanceLeadersCommand;
import io.shiplog.metadata.proto.MetadataCommand;
import java.util.List;
import java.util.Optional;

/**
 * When to take leaderships from brokers whose disk is slow or full: at once when one says so, in batches with a pause between
 * them, and again after a while as long as they lead anything, since others may have come into sync. While no broker is well
 * nothing is moved.
 */
final class EvacuationSchedule {
    private static final long RETRY_MS = 10_000;

    private final BalanceSettings settings;
    private List<Integer> avoided = List.of();
    private int ledAtLastBatch;
    private long dueAtMs;

    EvacuationSchedule(BalanceSettings settings) {
        this.settings = settings;
    }

    /**
     * The next batch when one is due.
     *
     * @param degraded brokers that say so of themselves, in ascending order
     */
    Optional<MetadataCommand> next(MetadataImage image, List<Integer> degraded, long nowMs) {
        boolean changed = !degraded.equals(avoided);
        if (degraded.isEmpty() || (!changed && nowMs < dueAtMs)) {
            avoided = degraded;
            return Optional.empty();
        }
        int led = 0;
        for (int id : degraded) {
            led += image.index().leaderships(id);
        }
        boolean moves = changed || led < ledAtLastBatch;
        avoided = degraded;
        ledAtLastBatch = led;
        dueAtMs = nowMs + (moves ? settings.pauseMs() : RETRY_MS);
        if (led == 0 || !anyWell(image, degraded)) {
            return Optional.empty();
        }
        return Optional.of(MetadataCommand.newBuilder()
                .setBrokerId(Controller.NO_BROKER)
                .setBalanceLeaders(BalanceLeadersCommand.newBuilder()
                        .addAllAvoided(degraded)
                        .setMaxPartitions(settings.maxPartitionsPerBatch()))
                .build());
    }

    private static boolean anyWell(MetadataImage image, List<Integer> degraded) {
        for (BrokerImage broker : image.brokers()) {
            if (broker.active() && !broker.draining() && !degraded.contains(broker.id())) {
                return true;
            }
        }
        return false;
    }
}
