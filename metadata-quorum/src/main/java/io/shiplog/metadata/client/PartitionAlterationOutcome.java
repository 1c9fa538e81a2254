// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.client;

import io.shiplog.metadata.image.PartitionImage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * What became of one proposal.
 *
 * @param state the partition as it is now; null when it was refused
 */
public record PartitionAlterationOutcome(Uuid topicId, int partition, Errors error, PartitionImage state) {}
