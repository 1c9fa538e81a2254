// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.storage.batch.RecordError;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/** Where the outcome of one produced partition goes. */
@FunctionalInterface
public interface ProduceCallback {
    /** Which records are the reason of the refusal that {@link #complete} is called with next. */
    default void refusedRecords(List<RecordError> records) {}

    /**
     * Called exactly once per produce, on the loop, never from inside {@link Replica#produce} of another replica; it may be
     * called before {@code produce} returns.
     *
     * @param error NONE when the promise of the acks is kept; DUPLICATE_SEQUENCE_NUMBER when it is, for batches that were appended too long ago
     *     to know where
     * @param baseOffset first offset of the batches (of the original ones for a duplicate); −1 on error
     * @param logAppendTimeMs append time when the topic uses LogAppendTime, else −1
     * @param logStartOffset first offset of the log, with most errors too; −1 with those that Kafka tells without it: not the leader, storage,
     *     a batch that is corrupt or too large
     * @param message a sentence for people, or null
     */
    void complete(Errors error, long baseOffset, long logAppendTimeMs, long logStartOffset, String message);
}
