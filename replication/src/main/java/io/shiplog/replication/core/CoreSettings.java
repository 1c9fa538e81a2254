// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

/**
 * Settings of the replication cores.
 *
 * @param replicaLagTimeMaxMs replica.lag.time.max.ms: a follower not caught up for longer leaves the ISR; > 0
 * @param proposalRetryMs pause before an ISR proposal whose outcome is unknown is sent again; > 0
 * @param maxPendingAcks most acks=all produces of one partition that wait for the high watermark; more are refused; > 0
 */
public record CoreSettings(long replicaLagTimeMaxMs, long proposalRetryMs, int maxPendingAcks) {
    public static final CoreSettings DEFAULTS = new CoreSettings(10_000, 100, 10_000);

    public CoreSettings {
        if (replicaLagTimeMaxMs <= 0 || proposalRetryMs <= 0 || maxPendingAcks <= 0) {
            throw new IllegalArgumentException("settings must be positive: lag " + replicaLagTimeMaxMs + " ms, retry "
                    + proposalRetryMs + " ms, pending " + maxPendingAcks);
        }
    }
}
