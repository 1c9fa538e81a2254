// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import org.apache.kafka.common.protocol.Errors;

/** Who may fetch as a follower: only a registered node, under its own id and registration (CVE-2018-1288, KIP-903). */
public final class FollowerFetches {
    private FollowerFetches() {}

    /** Why this node may not fetch as a follower, or NONE. One that has just registered may be ahead of our metadata; it asks again. */
    public static Errors refusal(MetadataImage image, int nodeId, long brokerEpoch) {
        BrokerImage broker = image.broker(nodeId);
        if (broker == null) {
            return Errors.BROKER_ID_NOT_REGISTERED;
        }
        return broker.epoch() == brokerEpoch ? Errors.NONE : Errors.STALE_BROKER_EPOCH;
    }
}
