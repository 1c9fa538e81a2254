// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

/** Hears of completed flushes. Called on a flusher thread: hand over to the partition's loop and return at once. */
public interface LogListener {
    /**
     * Everything below the offset is on this disk.
     *
     * @param truncationGeneration the generation of the log that was flushed; a listener that knows a newer one drops the
     *     news
     */
    void onFlushed(long flushedOffset, int truncationGeneration);

    /** No power loss brings the log start back below the offset. On the background thread of the directory. */
    default void onLogStartDurable(long logStartOffset) {}
}
