// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorRuntimeMetrics;

/**
 * The numbers of the coordinator that runs now, by Kafka's names in the form of the node's other numbers: {@code group-coordinator-metrics.<name>,<tag>=<value>}.
 * Numbers of groups by their protocol and state are the library's gauges, which it brings up to date once a minute. All are 0 while nothing is coordinated.
 */
final class GroupMetrics {
    private static final String GROUP = GroupCoordinatorRuntimeMetrics.METRICS_GROUP;
    private static final double PERCENT = 100;

    private final Supplier<Metrics> running;
    private final SortedMap<String, LongSupplier> values = new TreeMap<>();

    /** @param running null while there is none */
    GroupMetrics(Supplier<Metrics> running) {
        this.running = running;
        for (String state : new String[] {"loading", "active", "failed"}) {
            put("num-partitions", "state", state);
        }
        for (String protocol : new String[] {"classic", "consumer", "streams"}) {
            put("group-count", "protocol", protocol);
        }
        for (String name : new String[] {
            "event-queue-size",
            "partition-load-time-max",
            "event-queue-time-ms-p99",
            "event-queue-time-ms-max",
            "event-processing-time-ms-p99",
            "event-purgatory-time-ms-p99",
            "offset-commit-count",
            "offset-expiration-count",
            "offset-deletion-count",
            "group-completed-rebalance-count",
            "consumer-group-rebalance-count",
            "streams-group-rebalance-count"
        }) {
            values.put(GROUP + "." + name, () -> Math.round(value(name, Map.of())));
        }
        values.put(
                GROUP + ".thread-idle-percent", () -> Math.round(PERCENT * value("thread-idle-ratio-avg", Map.of())));
    }

    private void put(String name, String tag, String tagged) {
        values.put(GROUP + "." + name + "," + tag + "=" + tagged, () -> Math.round(value(name, Map.of(tag, tagged))));
    }

    private double value(String name, Map<String, String> tags) {
        Metrics metrics = running.get();
        KafkaMetric metric = metrics == null ? null : metrics.metric(metrics.metricName(name, GROUP, "", tags));
        return metric != null && metric.metricValue() instanceof Number number && !Double.isNaN(number.doubleValue())
                ? number.doubleValue()
                : 0;
    }

    /** All of them, by name. */
    SortedMap<String, LongSupplier> values() {
        return values;
    }
}
