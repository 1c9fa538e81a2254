// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.MetadataCommand;
import org.apache.kafka.common.protocol.Errors;

/**
 * Decides commands. Pure: the same image and command give the same decision; no state but the settings, so any thread may
 * call it.
 */
public final class Controller {
    private final ControllerSettings settings;

    public Controller(ControllerSettings settings) {
        this.settings = settings;
    }

    /**
     * What {@code command} changes, given {@code image}.
     *
     * @param nowMs monotonic time
     * @return records and answer; a refusal is an answer with an error code and no records
     */
    public Decision decide(MetadataImage image, MetadataCommand command, long nowMs) {
        return Decision.refused(
                image.offset(), Errors.UNSUPPORTED_VERSION, "unknown command " + settings + nowMs + command);
    }
}
