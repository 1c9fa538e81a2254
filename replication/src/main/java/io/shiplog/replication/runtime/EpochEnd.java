// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import org.apache.kafka.common.protocol.Errors;

/**
 * Answer to OffsetForLeaderEpoch.
 *
 * @param error NONE, or why there is no answer
 * @param epoch largest epoch not above the requested one; −1 when unknown
 * @param endOffset where it ends; −1 when unknown
 */
public record EpochEnd(Errors error, int epoch, long endOffset) {}
