// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionIndex.Group;
import io.shiplog.metadata.proto.BalanceLeadersCommand;
import io.shiplog.metadata.proto.MetadataCommand;
import java.util.List;
import java.util.Optional;

/**
 * When to give leaderships back: every so often, in batches with a pause between them, until a batch moves nothing more. A look
 * costs no walk over partitions.
 */
final class BalanceSchedule {
    private final BalanceSettings settings;
    private long dueAtMs;
    /** Partitions that somebody else than their preferred leader led when the last batch was given; -1 between looks. */
    private int elsewhereAtLastBatch = -1;

    BalanceSchedule(BalanceSettings settings) {
        this.settings = settings;
    }

    void onControllerReady(long nowMs) {
        dueAtMs = nowMs + settings.checkIntervalMs();
        elsewhereAtLastBatch = -1;
    }

    /**
     * The next batch when one is due.
     *
     * @param degraded brokers that say they are slow, which get nothing back
     */
    Optional<MetadataCommand> next(MetadataImage image, List<Integer> degraded, long nowMs) {
        if (!settings.enabled() || nowMs < dueAtMs) {
            return Optional.empty();
        }
        BalanceLeadersCommand command = BalanceLeadersCommand.newBuilder()
                .addAllExcluded(degraded)
                .setPercentage(settings.percentage())
                .setMaxPartitions(settings.maxPartitionsPerBatch())
                .build();
        int elsewhere = image.index().size(Group.NOT_PREFERRED, Controller.NO_BROKER);
        boolean stuck = elsewhereAtLastBatch >= 0 && elsewhere >= elsewhereAtLastBatch;
        if (stuck || !anyUnbalanced(image, command)) {
            onControllerReady(nowMs);
            return Optional.empty();
        }
        elsewhereAtLastBatch = elsewhere;
        dueAtMs = nowMs + settings.pauseMs();
        return Optional.of(MetadataCommand.newBuilder()
                .setBrokerId(Controller.NO_BROKER)
                .setBalanceLeaders(command)
                .build());
    }

    private static boolean anyUnbalanced(MetadataImage image, BalanceLeadersCommand command) {
        for (BrokerImage broker : image.brokers()) {
            if (LeadersDecider.isUnbalanced(image, broker, command)) {
                return true;
            }
        }
        return false;
    }
}
