// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import io.shiplog.metadata.proto.CommandOrigin;
import io.shiplog.metadata.proto.MetadataCommand;

/** Who gave a command, as it is agreed on with the records that carry it out. */
final class CommandOrigins {
    private static final int MAX_TEXT = 255;

    private CommandOrigins() {}

    /** The origin of {@code records} records that carry out {@code command}, or a part of it. */
    static CommandOrigin of(MetadataCommand command, int records) {
        return CommandOrigin.newBuilder()
                .setRecords(records)
                .setPrincipal(shortened(command.getPrincipal()))
                .setClient(shortened(command.getClient()))
                .setCommand(command.getBodyCase().name())
                .setBrokerId(command.getBrokerId())
                .build();
    }

    /** Nobody makes an entry large by calling himself something long. */
    private static String shortened(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
    }
}
