// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.client;

/**
 * How a producer works.
 *
 * @param acks −1, 0 or 1; an idempotent producer has −1
 * @param maxInFlight requests in flight for each partition; a producer that is not idempotent and cares for order has one
 * @param requestTimeoutMs a connection without an answer for so long is given up
 * @param deliveryTimeoutMs after it the outcome of a batch is what is known then
 * @param padding bytes of each record beside its value
 */
public record ProducerRules(
        short acks, boolean idempotent, int maxInFlight, int requestTimeoutMs, int deliveryTimeoutMs, int padding) {}
