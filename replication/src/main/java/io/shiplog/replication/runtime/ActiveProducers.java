// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.storage.producer.ActiveProducer;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/**
 * Answer to DescribeProducers for a partition.
 *
 * @param error NONE, or why there is no answer
 */
public record ActiveProducers(Errors error, List<ActiveProducer> producers) {
    /** No answer, and why. */
    public static ActiveProducers refused(Errors error) {
        return new ActiveProducers(error, List.of());
    }
}
