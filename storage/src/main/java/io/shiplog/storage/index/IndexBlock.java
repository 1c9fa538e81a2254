// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.index;

/**
 * Index entries of a part of a segment, as stored. The blocks of a segment follow each other: each begins where the last one ended.
 *
 * @param segmentBase the segment
 * @param fromPosition batches from this position ...
 * @param toPosition ... to this one are covered
 * @param entries entries within; header CRCs as they were when the log ended at {@code toPosition}
 * @param openHeaderCrc header CRC, as of {@code toPosition} or the first of the entries, of the interval that had begun before
 *     {@code fromPosition}; of no meaning when an entry stands right there
 */
public record IndexBlock(long segmentBase, int fromPosition, int toPosition, SparseIndex entries, int openHeaderCrc) {}
