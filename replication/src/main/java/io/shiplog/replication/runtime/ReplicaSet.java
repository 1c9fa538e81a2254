// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/** The replicas that one loop owns. On the loop only. */
public final class ReplicaSet {
    private final Map<Uuid, Map<Integer, Replica>> replicas = new HashMap<>();

    /** The replica, or null when this node holds none. */
    public Replica get(Uuid topicId, int partition) {
        Map<Integer, Replica> topic = replicas.get(topicId);
        return topic == null ? null : topic.get(partition);
    }

    /** All replicas, in no particular order. */
    public Collection<Replica> all() {
        Collection<Replica> all = new java.util.ArrayList<>();
        replicas.values().forEach(topic -> all.addAll(topic.values()));
        return Collections.unmodifiableCollection(all);
    }
}
