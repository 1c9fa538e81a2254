// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.JobMove;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.MoveState;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.TopicImage;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;

/** What targets hold of what is on its way to them, look after look. What a node held when it was last heard counts while it is silent. */
final class HeldBytes {
    private record Place(PartitionId partition, int node) {}

    private Map<Place, Long> last = new HashMap<>();

    /** The nodes to be asked: those that something is on its way to, and that are up. */
    static SortedSet<Integer> targets(JobImage job, MetadataImage image) {
        SortedSet<Integer> targets = new TreeSet<>();
        for (int index : job.inFlight()) {
            if (copies(job.move(index))) {
                for (int node : job.move(index).gaining()) {
                    if (image.broker(node) != null && !image.broker(node).fenced()) {
                        targets.add(node);
                    }
                }
            }
        }
        return targets;
    }

    private static boolean copies(JobMove move) {
        return move.state() == MoveState.MOVING && move.bytes() > 0 && move.gaining().length > 0;
    }

    /** Bytes of each move under way, no replica's more than were planned for it. */
    Map<PartitionId, Long> update(JobImage job, MetadataImage image, LogDirs logDirs) {
        Map<Place, Long> now = new HashMap<>();
        Map<PartitionId, Long> bytes = new HashMap<>();
        for (int index : job.inFlight()) {
            JobMove move = job.move(index);
            TopicImage topic = image.topic(move.topicId());
            if (!copies(move) || topic == null) {
                continue;
            }
            long planned = move.bytes() / move.gaining().length;
            for (int node : move.gaining()) {
                Place place = new Place(move.id(), node);
                long said = logDirs.bytes(node, new TopicPartition(topic.name(), move.partition()));
                long held = said < 0 ? last.getOrDefault(place, 0L) : Math.min(planned, said);
                now.put(place, held);
                bytes.merge(move.id(), held, Long::sum);
            }
        }
        last = now;
        return bytes;
    }
}
