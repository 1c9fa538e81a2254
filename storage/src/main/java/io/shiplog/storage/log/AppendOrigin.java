// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

/** Where batches come from that a leader appends: how much of them is to be checked. Kafka: {@code AppendOrigin}. */
public enum AppendOrigin {
    /** A client, outside of transactions: everything is checked, batches of transactions are refused. */
    CLIENT,
    /** A client, and the transaction coordinator knows that the transaction goes on and that this partition is part of it. */
    TRANSACTION,
    /**
     * A component of this node: sizes, CRC, producer and coordinator epochs are checked, sequences are not. The marker that ends a
     * transaction comes alone; it has the epoch of the transaction's data or a newer one (transaction.version 0 and 1).
     */
    COORDINATOR,
    /** The same, but a marker must have a newer epoch than the data (transaction.version 2), or be the same marker once more. */
    COORDINATOR_WITH_NEW_EPOCH;

    boolean isClient() {
        return this == CLIENT || this == TRANSACTION;
    }
}
