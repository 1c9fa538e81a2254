// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.SweepCommand;
import java.util.Optional;

/** When to sweep: after duties began and after every change of a broker's state, until a look finds nothing left. */
final class SweepSchedule {
    private final LivenessSettings settings;
    private boolean wanted;
    private boolean given;
    private long givenAtMs;
    private long givenOnOffset;

    SweepSchedule(LivenessSettings settings) {
        this.settings = settings;
    }

    void want() {
        wanted = true;
        given = false;
    }

    /** The next sweep when one is due. Looking costs a walk over all partitions, so it is done only while one is wanted. */
    Optional<MetadataCommand> next(MetadataImage image, long nowMs) {
        boolean waits = given && image.offset() == givenOnOffset && nowMs - givenAtMs < settings.retryMs();
        if (!wanted || waits) {
            return Optional.empty();
        }
        if (!BrokerStateDecider.needsSweep(image)) {
            wanted = false;
            return Optional.empty();
        }
        given = true;
        givenAtMs = nowMs;
        givenOnOffset = image.offset();
        return Optional.of(MetadataCommand.newBuilder()
                .setBrokerId(Controller.NO_BROKER)
                .setSweep(SweepCommand.newBuilder().setMaxPartitions(settings.maxPartitionsPerSweep()))
                .build());
    }
}
