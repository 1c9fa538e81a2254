// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.history;

import io.shiplog.metadata.proto.CommandOrigin;
import io.shiplog.metadata.proto.MetadataRecord;

/** Which changes stand in a set of files of their own, so that those of one kind, however many, do not push out the others. */
enum Share {
    /** What people and clients asked for, and what seldom happens by itself. */
    ADMINISTRATIVE("history-"),
    /** What brokers and the controller do with partitions by themselves, by the thousand when a node fails. */
    AUTOMATIC("automatic-");

    private final String prefix;

    Share(String prefix) {
        this.prefix = prefix;
    }

    /** How the names of its files begin. */
    String prefix() {
        return prefix;
    }

    Share other() {
        return this == ADMINISTRATIVE ? AUTOMATIC : ADMINISTRATIVE;
    }

    /** Where the line of a record stands whose command {@code origin} gave. */
    static Share of(MetadataRecord record, CommandOrigin origin) {
        return switch (record.getBodyCase()) {
            case PARTITION, PARTITION_CHANGE, PRODUCER_IDS, STATE_HASH, JOB_MOVE_STATE ->
                origin.getPrincipal().isEmpty() ? AUTOMATIC : ADMINISTRATIVE;
            default -> ADMINISTRATIVE;
        };
    }
}
