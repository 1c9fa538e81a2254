// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.operate;

import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Failures;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ElectionNotNeededException;

/** Has leaders elected, by Kafka's request. */
final class Elections {
    private Elections() {}

    /**
     * Elects, and says how each partition fared, by name: elected, not needed, or why not.
     *
     * @param partitions null: all
     */
    static Map<TopicPartition, Outcome> elect(Cluster cluster, ElectionType type, Set<TopicPartition> partitions)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, Outcome> outcomes =
                new TreeMap<>((a, b) -> a.topic().equals(b.topic())
                        ? Integer.compare(a.partition(), b.partition())
                        : a.topic().compareTo(b.topic()));
        Map<TopicPartition, Optional<Throwable>> answers =
                cluster.admin().electLeaders(type, partitions).partitions().get();
        answers.forEach((partition, failure) ->
                outcomes.put(partition, failure.map(Elections::outcome).orElse(new Outcome(true, "elected"))));
        return outcomes;
    }

    /**
     * How it ended.
     *
     * @param well whether the wanted leader leads
     */
    record Outcome(boolean well, String text) {}

    private static Outcome outcome(Throwable failure) {
        return failure instanceof ElectionNotNeededException
                ? new Outcome(true, "not needed")
                : new Outcome(false, Failures.sentence(failure));
    }
}
