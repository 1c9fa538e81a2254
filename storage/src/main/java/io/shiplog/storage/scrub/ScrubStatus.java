// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.scrub;

/**
 * How far the scrub of a directory is, for metrics. Counts begin with the process.
 *
 * @param segments segments that were read to their end
 * @param bytes bytes read
 * @param damages segments in which something was wrong
 * @param lastPassEndMs wall clock at which the last whole pass ended, by this process or one before; -1: never
 * @param passing whether a pass is under way
 */
public record ScrubStatus(long segments, long bytes, long damages, long lastPassEndMs, boolean passing) {}
