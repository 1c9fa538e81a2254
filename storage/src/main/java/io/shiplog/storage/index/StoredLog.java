// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.index;

import java.util.List;

/**
 * What the index store knows of a partition at start.
 *
 * @param checkpoints by offset
 * @param summaries of sealed segments, by base offset
 * @param withAborted whether it may know of aborted transactions
 */
public record StoredLog(List<LogCheckpoint> checkpoints, List<SegmentSummary> summaries, boolean withAborted) {}
