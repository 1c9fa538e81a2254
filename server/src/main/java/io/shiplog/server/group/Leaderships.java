// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.FetchWatcher;
import io.shiplog.replication.runtime.Replica;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.internals.Topic;

/**
 * Which partitions of {@code __consumer_offsets} this node leads, as its replicas say and not as the metadata do: a coordinator is loaded from a
 * log that is there. Changes on the loop, in order; may be asked by any thread.
 */
final class Leaderships implements FetchWatcher {
    /** Told on the loop; must not block. */
    interface Listener {
        void elected(Leadership leadership);

        void resigned(int partition);
    }

    private final Map<Integer, Leadership> led = new ConcurrentHashMap<>();
    private final EventLoop loop;
    private final Listener listener;
    private final int ackTimeoutMs;

    Leaderships(EventLoop loop, int ackTimeoutMs, Listener listener) {
        this.loop = loop;
        this.ackTimeoutMs = ackTimeoutMs;
        this.listener = listener;
    }

    /** The leadership of a partition; null when this node does not lead it. */
    Leadership of(int partition) {
        return led.get(partition);
    }

    /** All that there are now. */
    List<Leadership> all() {
        return List.copyOf(led.values());
    }

    /** This node has a new replica, of whatever topic. */
    void onCreated(Replica replica) {
        if (replica.id().topic().equals(Topic.GROUP_METADATA_TOPIC_NAME)) {
            replica.addWatcher(this);
        }
    }

    @Override
    public void onLogEnd(Replica replica) {}

    @Override
    public void onHighWatermark(Replica replica) {
        Leadership leadership = led.get(replica.id().partition());
        if (leadership != null && leadership.isOf(replica)) {
            leadership.onHighWatermark();
        }
    }

    @Override
    public void onStateChange(Replica replica) {
        int partition = replica.id().partition();
        Leadership before = led.get(partition);
        if (before != null && before.isOf(replica)) {
            before.onHighWatermark();
            return;
        }
        // The replica of a topic that was deleted may end after that of its successor has begun.
        if (before != null && (replica.isLeader() || before.isOfReplica(replica))) {
            led.remove(partition);
            before.end();
            listener.resigned(partition);
        }
        if (replica.isLeader()) {
            Leadership leadership = new Leadership(replica, loop, ackTimeoutMs);
            led.put(partition, leadership);
            listener.elected(leadership);
        }
    }
}
