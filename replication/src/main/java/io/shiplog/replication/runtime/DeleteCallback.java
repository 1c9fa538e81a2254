// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import org.apache.kafka.common.protocol.Errors;

/** Where the outcome of one deletion of records goes. */
@FunctionalInterface
public interface DeleteCallback {
    /**
     * Called exactly once per deletion, on the loop; it may be called before {@link Replica#deleteRecords} returns.
     *
     * @param lowWatermark where every replica that may be elected starts at least; −1 on error
     */
    void complete(Errors error, long lowWatermark);
}
