// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.compact;

/** Told how a cleaning gets on; slows it down, or ends it. */
@FunctionalInterface
public interface Pace {
    /** So many more bytes were read or written; returns when the next ones may be. */
    void moved(long bytes) throws CleaningAborted;
}
