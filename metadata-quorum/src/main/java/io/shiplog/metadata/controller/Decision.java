// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/**
 * The outcome of a command.
 *
 * <p>A divisible decision may be split between entries of the log at any record, in order and with no other command decided in
 * between: every prefix leaves a state in which nothing that was acknowledged can be lost, and the same command given again
 * does the rest. An indivisible one is bounded by {@link ControllerSettings#maxAtomicBytes} and must stay in one entry.
 *
 * @param records what to agree on, in order; empty for a refusal, and when there is nothing to change
 * @param result the answer, due once the records are applied; its metadata offset counts them in
 */
public record Decision(List<MetadataRecord> records, MetadataResult result, boolean divisible) {
    static Decision refused(long offset, Errors error, String message) {
        MetadataResult result = MetadataResult.newBuilder()
                .setError(error.code())
                .setMessage(message)
                .setMetadataOffset(offset)
                .build();
        return new Decision(List.of(), result, true);
    }

    static Decision divisible(long offset, List<MetadataRecord> records, MetadataResult.Builder result) {
        return of(offset, records, result, true);
    }

    static Decision atomic(long offset, List<MetadataRecord> records, MetadataResult.Builder result) {
        return of(offset, records, result, false);
    }

    private static Decision of(
            long offset, List<MetadataRecord> records, MetadataResult.Builder result, boolean divisible) {
        result.setMetadataOffset(offset + records.size());
        return new Decision(List.copyOf(records), result.build(), divisible);
    }
}
