// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.index;

/**
 * Index entries of a part of a segment, as stored.
 *
 * @param segmentBase the segment
 * @param fromPosition batches from this position ...
 * @param toPosition ... to this one are covered
 * @param entries entries within
 */
public record IndexBlock(long segmentBase, int fromPosition, int toPosition, SparseIndex entries) {}
