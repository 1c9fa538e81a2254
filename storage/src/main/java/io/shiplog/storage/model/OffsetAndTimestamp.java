// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.model;

/** A record found by time: its offset, its timestamp (ms since the epoch) and the leader epoch it was written in. */
public record OffsetAndTimestamp(long offset, long timestampMs, int leaderEpoch) {}
