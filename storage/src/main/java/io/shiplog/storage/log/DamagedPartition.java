// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.model.PartitionKey;

/**
 * A partition whose data here cannot be vouched for.
 *
 * @param reason what was found, in words
 */
public record DamagedPartition(PartitionKey partition, String reason, Kind kind) {
    /** What is left of it. */
    public enum Kind {
        /** Nothing: its directory is not there. It must leave the ISR and the ELR, and begins empty. */
        GONE,
        /** All of it, perhaps: its marks are lost. It must leave the ISR and the ELR, and is compared with its leader's. */
        UNVOUCHED,
        /** All but a part: the log is open and serves the rest, and listeners for damages hear of it as of any other. */
        HOLES
    }

    /** Whether the controller is to hear of it when the node registers; what has holes is reported as damage once the log serves. */
    public boolean isReportedAtRegistration() {
        return kind != Kind.HOLES;
    }
}
