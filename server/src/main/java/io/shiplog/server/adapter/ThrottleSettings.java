// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.metadata.image.BrokerConfigs;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicConfigs;
import io.shiplog.replication.runtime.RateLimit;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ReplicationThrottles;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an image says of the replication throttles of one node (KIP-73). */
final class ThrottleSettings {
    private static final Logger LOG = LoggerFactory.getLogger(ThrottleSettings.class);

    private ThrottleSettings() {}

    /** Takes the rates over; a line says what changed, so that a throttle that somebody left behind can be found. */
    static void applyRates(MetadataImage image, int nodeId, ReplicationThrottles throttles, long nowMs) {
        apply(BrokerConfigs.LEADER_THROTTLED_RATE, image, nodeId, throttles.asLeader(), nowMs);
        apply(BrokerConfigs.FOLLOWER_THROTTLED_RATE, image, nodeId, throttles.asFollower(), nowMs);
    }

    /** Takes over one rate. */
    static void apply(String name, MetadataImage image, int nodeId, RateLimit limit, long nowMs) {
        String own = image.brokerConfigs(Integer.toString(nodeId)).get(name);
        String value =
                own != null ? own : image.brokerConfigs(BrokerConfigs.ALL).get(name);
        long before = limit.rate();
        limit.setRate(value == null ? RateLimit.UNLIMITED : Long.parseLong(value.trim()), nowMs);
        if (limit.rate() != before) {
            LOG.info("{} is {}", name, limit.isLimited() ? limit.rate() + " bytes/s" : "not set: no limit");
        }
    }

    /** Notes which throttles name the replica. */
    static void applyTo(Replica replica, MetadataImage image, Uuid topicId, int nodeId) {
        int partition = replica.id().partition();
        String leaders = image.topicConfigs(topicId).get(TopicConfigs.LEADER_THROTTLED_REPLICAS);
        String followers = image.topicConfigs(topicId).get(TopicConfigs.FOLLOWER_THROTTLED_REPLICAS);
        replica.throttle().name(names(leaders, partition, nodeId), names(followers, partition, nodeId));
    }

    /** Whether a list such as {@code 0:101,1:102}, or {@code *}, names this partition on this node. */
    static boolean names(String list, int partition, int nodeId) {
        if (list == null || list.isBlank()) {
            return false;
        }
        String wanted = partition + ":" + nodeId;
        for (String element : list.split(",", -1)) {
            String named = element.trim();
            if (named.equals("*") || named.equals(wanted)) {
                return true;
            }
        }
        return false;
    }
}
