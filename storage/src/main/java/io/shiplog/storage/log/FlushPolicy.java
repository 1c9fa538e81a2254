// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

/** What a replica must have done with a record before its position counts ({@code flush.policy} of a topic). */
public enum FlushPolicy {
    /** It is on the replica's disk. The default. */
    COMMIT,
    /** It is in the replica's page cache: Kafka's guarantee. */
    REPLICATED,
    /** As {@link #REPLICATED}, and it is on the replica's disk an interval later ({@link FlushInterval}). */
    INTERVAL;

    /** The policy of a configuration value: {@code commit}, {@code replicated} or {@code interval}. */
    public static FlushPolicy parse(String value) {
        return switch (value) {
            case "commit" -> COMMIT;
            case "replicated" -> REPLICATED;
            case "interval" -> INTERVAL;
            default -> throw new IllegalArgumentException("flush.policy=" + value + ": commit, replicated or interval");
        };
    }
}
