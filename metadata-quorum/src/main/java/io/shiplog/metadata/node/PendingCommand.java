// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataResult;
import java.util.function.Consumer;

/**
 * A command on its way through the active controller.
 *
 * @param reply told the answer once; null for the controller's own commands
 */
record PendingCommand(MetadataCommand command, Consumer<MetadataResult> reply) {
    /** One of the controller's own, which nobody waits for. */
    static PendingCommand own(MetadataCommand command) {
        return new PendingCommand(command, null);
    }

    boolean isFromOutside() {
        return reply != null;
    }

    void answer(MetadataResult result) {
        if (reply != null) {
            reply.accept(result);
        }
    }
}
