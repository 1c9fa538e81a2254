// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

/** Who syncs the logs of a data directory. Any thread. */
public interface FlushWork {
    /**
     * One round of the group commit of one log. The steps follow each other, on one thread; what is appended after the first is the next
     * round's.
     */
    interface Round {
        /** Before {@link #begin}, by whoever has threads that may wait: lets a burst of appends that is under way come to its end. */
        default void awaitBurst() {}

        /** Settles what is synced. */
        void begin();

        /** Returns when that is on the disk. */
        void sync();

        /** Tells who waits for it. */
        void complete();
    }

    /** Queues a round; the log sees to it that it is queued once. */
    void submit(Round round);

    /** Carries out what is queued, and ends. */
    void close();
}
