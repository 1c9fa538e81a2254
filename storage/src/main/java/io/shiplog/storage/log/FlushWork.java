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

        /** Whether nobody waits for it, so that others are to be carried out first. Asked when it is submitted. */
        default boolean yields() {
            return false;
        }

        /** Settles what is synced. */
        void begin();

        /** Returns when that is on the disk. */
        void sync();

        /** Tells who waits for it. */
        void complete();
    }

    /** Queues a round; the log sees to it that it is queued once. */
    void submit(Round round);

    /** Somebody waits now for a round that was submitted as one that yields: it is queued with the others, if it has not begun. */
    default void hurry(Round round) {}

    /** Carries out what is queued, and ends. */
    void close();
}
