// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

/**
 * One step in the life of a log under test. The numbers mean something only in view of the state that the step meets, so
 * that any sequence of steps is a life, and stays one when steps are left out.
 *
 * @param a not negative
 * @param b not negative
 */
record ModelStep(Kind kind, int a, int b) {
    /** What can happen. The first ones are tried more often. */
    enum Kind {
        /** a: records and their sizes; b: timestamps. */
        APPEND(12),
        /** a: which producer and how many records; b: timestamps. */
        APPEND_IDEMPOTENT(6),
        /** a: which producer; b: which of its last batches. */
        REPEAT(3),
        /** a: how many batches; b: epochs that they skip. */
        APPEND_AS_FOLLOWER(4),
        /** a: by how much the leader epoch rises. */
        NEW_EPOCH(2),
        /** a: which producer and how many records. */
        APPEND_WITHIN_TRANSACTION(6),
        /** a: which producer; b: whether it commits, and whether with a new epoch. */
        END_TRANSACTION(4),
        /** a: up to where. */
        COMMIT(4),
        FLUSH(5),
        CHECKPOINT(3),
        /** a: where. */
        TRUNCATE(2),
        /** a: to where. */
        TRUNCATE_FULLY(1),
        /** a: high watermark; b: bytes to keep. */
        RETAIN_BYTES(2),
        /** a: high watermark. */
        RETAIN_NOTHING(1),
        /** As DeleteRecords does it. a: to where. */
        ADVANCE_START(2),
        /** a: from where; b: how much. */
        READ(8),
        /** a: from where; b: how much. */
        READ_COMMITTED(6),
        LOOK_UP_TIME(4),
        LOOK_UP_EPOCH(4),
        CLOSE_CLEANLY(1),
        /** kill -9: everything that was written survives. a: what becomes of the index store. */
        KILL(1),
        /** Power loss. a: what becomes of the index store; b: seed of what survives. */
        CRASH(2);

        final int weight;

        Kind(int weight) {
            this.weight = weight;
        }
    }
}
