// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

/**
 * Why one record of a batch is refused; as {@code recordErrors} of a produce response carries it (version 8 and later).
 *
 * @param batchIndex the record's place in its batch, from 0
 * @param message for the client
 */
public record RecordError(int batchIndex, String message) {}
