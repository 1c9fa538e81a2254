// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

/**
 * When leaderships are given back to preferred leaders.
 *
 * @param enabled Kafka: {@code auto.leader.rebalance.enable}
 * @param checkIntervalMs from one look to the next (Kafka: {@code leader.imbalance.check.interval.seconds})
 * @param percentage a broker gets leaderships back when more than this part of those that prefer it are elsewhere (Kafka 3:
 *     {@code leader.imbalance.per.broker.percentage})
 * @param maxPartitionsPerBatch leaderships that move in one command
 * @param pauseMs between two commands of one look
 */
public record BalanceSettings(
        boolean enabled, long checkIntervalMs, int percentage, int maxPartitionsPerBatch, long pauseMs) {
    public static BalanceSettings of(boolean enabled, int checkIntervalSeconds, int percentage) {
        return new BalanceSettings(enabled, checkIntervalSeconds * 1_000L, percentage, 1_000, 1_000);
    }

    public static BalanceSettings defaults() {
        return of(true, 300, 10);
    }
}
