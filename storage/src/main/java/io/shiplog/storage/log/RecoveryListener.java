// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

/** Hears of the progress of recovery. Called on recovery threads. */
@FunctionalInterface
public interface RecoveryListener {
    void onProgress(int partitionsDone, int partitionsTotal);
}
