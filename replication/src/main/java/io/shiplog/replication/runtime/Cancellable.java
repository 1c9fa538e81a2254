// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

/** A scheduled task that can be called off. */
@FunctionalInterface
public interface Cancellable {
    /** Calls the task off; does nothing when it has run. On the loop only. */
    void cancel();
}
