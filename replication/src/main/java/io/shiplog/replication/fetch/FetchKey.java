// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import java.util.Comparator;
import java.util.Objects;
import org.apache.kafka.common.Uuid;

/**
 * A partition as a fetch request names it: by topic id (version 13 and later) or by topic name. Comparable, so that a hash map
 * stays fast whatever ids and names a client makes up.
 *
 * @param topicId the zero id when the request names topics by name
 * @param topic empty when the request names topics by id
 */
record FetchKey(Uuid topicId, String topic, int partition) implements Comparable<FetchKey> {
    private static final Comparator<FetchKey> ORDER = Comparator.comparingInt(FetchKey::partition)
            .thenComparing(FetchKey::topicId)
            .thenComparing(FetchKey::topic);

    static FetchKey of(boolean byId, Uuid topicId, String topic, int partition) {
        return byId ? new FetchKey(topicId, "", partition) : new FetchKey(Uuid.ZERO_UUID, topic, partition);
    }

    FetchKey {
        Objects.requireNonNull(topicId);
        Objects.requireNonNull(topic);
    }

    boolean byId() {
        return topic.isEmpty();
    }

    @Override
    public int compareTo(FetchKey other) {
        return ORDER.compare(this, other);
    }
}
