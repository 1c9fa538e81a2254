// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.CordonBrokerCommand;
import io.shiplog.metadata.proto.MetadataCommand;
import org.apache.kafka.common.protocol.Errors;

/** Starts, steers and carries out jobs. */
final class JobDecider {
    Decision cordon(MetadataImage image, CordonBrokerCommand command) {
        return CordonDecider.decide(image, command);
    }

    Decision start(MetadataImage image, MetadataCommand command) {
        return unknown(image, command);
    }

    Decision control(MetadataImage image, MetadataCommand command) {
        return unknown(image, command);
    }

    Decision advance(MetadataImage image, MetadataCommand command) {
        return unknown(image, command);
    }

    private static Decision unknown(MetadataImage image, MetadataCommand command) {
        return Decision.refused(
                image.offset(),
                Errors.UNSUPPORTED_VERSION,
                "This version does not know the command " + command.getBodyCase() + ".");
    }
}
