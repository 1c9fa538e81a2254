// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.operate;

import io.shiplog.tools.connect.Cluster;
import io.shiplog.tools.connect.Failures;
import io.shiplog.tools.connect.Names;
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
        Map<TopicPartition, Outcome> outcomes = new TreeMap<>(Names.BY_PARTITION);
        Map<TopicPartition, Optional<Throwable>> answers =
                cluster.admin().electLeaders(type, partitions).partitions().get();
        answers.forEach((partition, failure) ->
                outcomes.put(partition, failure.map(Elections::outcome).orElse(new Outcome(true, true, "elected"))));
        return outcomes;
    }

    /**
     * How it ended.
     *
     * @param well whether the wanted leader leads
     * @param elected whether it does since this election
     */
    record Outcome(boolean well, boolean elected, String text) {}

    private static Outcome outcome(Throwable failure) {
        return failure instanceof ElectionNotNeededException
                ? new Outcome(true, false, "not needed")
                : new Outcome(false, false, Failures.sentence(failure));
    }
}
