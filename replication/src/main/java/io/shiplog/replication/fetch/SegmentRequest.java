// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import org.apache.kafka.common.Uuid;

/**
 * What a node asks another one for: the description of a sealed segment, or bytes of it.
 *
 * @param nodeId who asks
 * @param brokerEpoch of its registration
 * @param leaderEpoch that the asking replica knows; another one is refused
 * @param baseOffset names the segment
 * @param sizeInBytes as it was described; {@link #DESCRIBE} to have it described
 * @param position of the first byte wanted
 * @param maxBytes wanted at most
 * @param suspicion what came of this segment was not sound: its holder looks at its own bytes
 */
public record SegmentRequest(
        int nodeId,
        long brokerEpoch,
        Uuid topicId,
        int partition,
        int leaderEpoch,
        long baseOffset,
        int sizeInBytes,
        int position,
        int maxBytes,
        boolean suspicion) {
    public static final int DESCRIBE = -1;

    /** The same question for bytes of the segment as it was described. */
    public SegmentRequest forBytes(int segmentSize, int from, int max) {
        return new SegmentRequest(
                nodeId, brokerEpoch, topicId, partition, leaderEpoch, baseOffset, segmentSize, from, max, false);
    }

    /** The same question, asked because what came was not sound. */
    public SegmentRequest suspecting() {
        return new SegmentRequest(
                nodeId, brokerEpoch, topicId, partition, leaderEpoch, baseOffset, DESCRIBE, 0, 0, true);
    }
}
