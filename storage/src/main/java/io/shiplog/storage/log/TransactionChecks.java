// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.EndMarker;
import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.producer.ProducerStates;
import io.shiplog.storage.producer.ProducerStates.Verdict;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.Errors;

/** Judges what a component of this node wants to append with a producer id: markers, and data without sequences. Under the lock of the log. */
final class TransactionChecks {
    private final EndMarker marker = new EndMarker();
    private String problem = "";

    /** Why the last batches were refused. */
    String problem() {
        return problem;
    }

    /** @param batches whole batches of sound structure, from position to limit */
    Errors check(ByteBuffer batches, AppendOrigin origin, LogState state) {
        for (int at = batches.position(); at < batches.limit(); ) {
            int size = (int) RecordBatchHeader.sizeInBytes(batches, at);
            Errors error = Errors.NONE;
            if (RecordBatchHeader.isControl(batches, at)) {
                boolean alone = at == batches.position() && at + size == batches.limit();
                error = checkMarker(batches, at, alone, origin, state);
            } else if (RecordBatchHeader.producerId(batches, at) >= 0) {
                error = checkData(batches, at, state.producers, state.logTimeMs);
            }
            if (error != Errors.NONE) return error;
            at += size;
        }
        return Errors.NONE;
    }

    private Errors checkData(ByteBuffer b, int at, ProducerStates producers, long logTimeMs) {
        long producerId = RecordBatchHeader.producerId(b, at);
        Verdict verdict = producers.checkEpoch(producerId, RecordBatchHeader.producerEpoch(b, at), logTimeMs);
        if (verdict == Verdict.ACCEPTED) {
            verdict = producers.checkTransaction(producerId, RecordBatchHeader.isTransactional(b, at));
        }
        return refusal(verdict);
    }

    private Errors checkMarker(ByteBuffer b, int at, boolean alone, AppendOrigin origin, LogState state) {
        if (!alone || !marker.read(b, at) || RecordBatchHeader.producerId(b, at) < 0) {
            problem = "a control batch must end a transaction of a producer, and come alone";
            return Errors.INVALID_RECORD;
        }
        return refusal(state.producers.checkMarker(
                RecordBatchHeader.producerId(b, at),
                RecordBatchHeader.producerEpoch(b, at),
                marker.coordinatorEpoch(),
                origin == AppendOrigin.COORDINATOR_WITH_NEW_EPOCH,
                state.logTimeMs));
    }

    /** What a verdict of refusal is to whom it is told. */
    Errors refusal(Verdict verdict) {
        return switch (verdict) {
            case ACCEPTED, DUPLICATE, OLD_DUPLICATE -> Errors.NONE;
            case FENCED -> refuse(Errors.INVALID_PRODUCER_EPOCH, "a newer epoch of this producer has written");
            case OUT_OF_ORDER -> refuse(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER, "the batch does not follow the last one");
            case COORDINATOR_FENCED ->
                refuse(Errors.TRANSACTION_COORDINATOR_FENCED, "a newer transaction coordinator has written");
            case IN_TRANSACTION ->
                refuse(Errors.INVALID_TXN_STATE, "the producer has a transaction open, and the batch is not of it");
            case TOO_MANY_TRANSACTIONS ->
                refuse(Errors.THROTTLING_QUOTA_EXCEEDED, "too many transactions are open in this partition");
        };
    }

    private Errors refuse(Errors error, String reason) {
        problem = reason;
        return error;
    }
}
