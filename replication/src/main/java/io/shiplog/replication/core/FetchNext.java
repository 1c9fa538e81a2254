// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

/** What the fetcher does next for one partition. */
public enum FetchNext {
    /** Fetch again from the current position. */
    CONTINUE,
    /** Fetch again, but pause first: asking at once would be answered the same way. */
    BACK_OFF,
    /** Do not fetch: whole segments are being shipped, and the replica says when that is over. */
    SHIP,
    /** Do not fetch this partition until metadata gives it a new leader epoch. */
    STOP
}
