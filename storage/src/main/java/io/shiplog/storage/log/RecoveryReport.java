// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import java.util.List;

/**
 * What recovery found in one data directory.
 *
 * @param clean the directory was closed in order
 * @param cleanBrokerEpoch the broker epoch of the clean mark, -1 when not clean
 * @param partitions logs that are open now
 * @param damaged partitions that must be reported when the node registers
 * @param scannedBytes bytes behind flush marks that were read
 * @param cutBytes bytes of torn tails that were cut
 * @param later logs that are held back, since they must be walked over at length: each is open as soon as that is done
 */
public record RecoveryReport(
        boolean clean,
        long cleanBrokerEpoch,
        int partitions,
        List<DamagedPartition> damaged,
        long scannedBytes,
        long cutBytes,
        int later,
        long elapsedMs) {}
