// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.PartitionIndex.Group;
import io.shiplog.metadata.image.TopicImage;
import java.util.Collection;

/**
 * Whether a broker in controlled shutdown has handed over: it is in sync with nothing any more that another live replica could take,
 * and all who are alive know that (Kafka: {@code BrokerHeartbeatManager}, {@code controlledShutdownOffset}).
 */
final class Handover {
    private Handover() {}

    /**
     * What has to happen before the broker may stop, for people; empty when it may.
     *
     * @param session the broker's own; remembers the offset at which it had handed over
     * @param peers the sessions of all brokers
     */
    static String waitsFor(
            MetadataImage image, BrokerImage broker, BrokerSession session, Collection<BrokerSession> peers) {
        if (!broker.inControlledShutdown()) {
            BrokerSession doubtful = inDoubt(image, session, peers);
            return doubtful == null
                    ? "the controlled shutdown has not been recorded yet"
                    : "it is not known yet whether broker " + doubtful.brokerId + " is gone, whose connection broke";
        }
        if (session.drainedAtOffset < 0) {
            String kept = kept(image, broker.id());
            if (!kept.isEmpty()) {
                return kept;
            }
            session.drainedAtOffset = image.offset();
        }
        for (BrokerSession other : peers) {
            BrokerImage peer = image.broker(other.brokerId);
            if (peer != null && peer.active() && other.heard && other.appliedOffset < session.drainedAtOffset) {
                return "broker " + peer.id() + " has not applied the metadata yet";
            }
        }
        return "";
    }

    /**
     * A peer that counts as alive and has no connection any more; null when there is none. Until it has come back or is fenced nobody hands over
     * to it: a partition of which it is the last in-sync replica then could be led by nobody, although the one that stops has all its records.
     */
    static BrokerSession inDoubt(MetadataImage image, BrokerSession session, Collection<BrokerSession> peers) {
        for (BrokerSession other : peers) {
            BrokerImage peer = image.broker(other.brokerId);
            if (other != session && peer != null && peer.active() && other.isLost()) {
                return other;
            }
        }
        return null;
    }

    /** The first partition that another live replica could take over; empty when there is none. */
    private static String kept(MetadataImage image, int brokerId) {
        StringBuilder first = new StringBuilder();
        image.visit(Group.IN_SYNC, brokerId, (topic, number, partition) -> {
            if (anotherIsAlive(image, partition, brokerId)) {
                first.append(describe(topic, number, partition, image.index().size(Group.IN_SYNC, brokerId)));
                return false;
            }
            return true;
        });
        return first.toString();
    }

    private static boolean anotherIsAlive(MetadataImage image, PartitionImage partition, int brokerId) {
        for (int i = 0; i < partition.replicaCount(); i++) {
            BrokerImage other = image.broker(partition.replica(i));
            if (other != null && other.id() != brokerId && other.active()) {
                return true;
            }
        }
        return false;
    }

    private static String describe(TopicImage topic, int number, PartitionImage partition, int count) {
        String why = partition.isrSize() == 1 ? "the only in-sync replica of " : "still in sync with ";
        return why + topic.name() + "-" + number + (count > 1 ? ", one of " + count + " partitions that it keeps" : "");
    }
}
