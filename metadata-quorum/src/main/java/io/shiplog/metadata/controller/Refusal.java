// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import org.apache.kafka.common.protocol.Errors;

/** Why something is not done: the Kafka error and a sentence for people. */
record Refusal(Errors error, String message) {
    Decision decision(long offset) {
        return Decision.refused(offset, error, message);
    }
}
