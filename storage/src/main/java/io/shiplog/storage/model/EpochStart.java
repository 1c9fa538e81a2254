// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.model;

/**
 * Where a leader epoch begins in a range of a log.
 *
 * @param epoch leader epoch, 0 or more
 * @param startOffset of its first record in the range
 */
public record EpochStart(int epoch, long startOffset) {}
