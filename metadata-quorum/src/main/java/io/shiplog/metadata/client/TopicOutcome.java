// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.client;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * What became of one topic of a command.
 *
 * @param topicId {@link Uuid#ZERO_UUID} when there is none
 * @param message empty when there is nothing to say
 */
public record TopicOutcome(
        String name, Uuid topicId, Errors error, String message, int partitions, int replicationFactor) {}
