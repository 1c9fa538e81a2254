// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

/**
 * How long is waited for what replicas hold before a partition that nobody leads is decided on.
 *
 * @param answerMs for the answers of replicas that are alive
 * @param companyMs for more eligible replicas to come back, when all that are there started uncleanly and are fewer than min ISR;
 *     with fewer nothing can be committed anyway
 * @param retryMs a command whose effect the image does not show after so long is given again
 * @param maxPartitions that are asked about by the controller itself at a time
 * @param maxPerHeartbeat partitions that one broker is asked about with one answer to a heartbeat
 */
public record GatheringSettings(long answerMs, long companyMs, long retryMs, int maxPartitions, int maxPerHeartbeat) {
    public static GatheringSettings defaults() {
        return new GatheringSettings(1_000, 2_000, 250, 2_000, 500);
    }
}
