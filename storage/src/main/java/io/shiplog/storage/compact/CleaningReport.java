// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.compact;

/**
 * What a round of cleaning did.
 *
 * @param fromOffset first offset that was dirty
 * @param toOffset first offset that is dirty now
 * @param bytesBefore bytes of the segments that were replaced
 * @param bytesAfter and of those in their place
 * @param keys different keys in the part that was dirty
 */
public record CleaningReport(long fromOffset, long toOffset, long bytesBefore, long bytesAfter, int keys) {}
