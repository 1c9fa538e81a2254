// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.index;

import io.shiplog.storage.model.AbortedTransactions;

/** Takes the aborted transactions of a segment, block by block. */
@FunctionalInterface
public interface AbortedVisitor {
    /**
     * Takes a block; it is only valid meanwhile.
     *
     * @param firstOrdinal how many of the segment come before the block's first one
     * @return whether to go on
     */
    boolean visit(int firstOrdinal, AbortedTransactions block);
}
