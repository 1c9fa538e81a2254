// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import java.util.Collection;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The settings that a group can have (KIP-848, KIP-1071); names, meanings and defaults are Kafka's. What is absent, those of share groups, is unknown here. Each
 * has a default in the file of the node that coordinates the group, and that node keeps it within its own bounds.
 */
public final class GroupConfigs {
    /** The level of {@link Features#SHIPLOG_METADATA_VERSION} from which on they may be agreed on. */
    public static final int FIRST_LEVEL = 2;

    private static final int SESSION_MS = 45_000;
    private static final int HEARTBEAT_MS = 5_000;
    private static final int ASSIGNMENT_MS = 1_000;
    private static final int STREAMS_DELAY_MS = 3_000;

    private static final SortedMap<String, TopicConfigKey> KEYS = new TreeMap<>();

    static {
        add(
                "consumer.session.timeout.ms",
                SESSION_MS,
                1,
                "A member of a consumer group that is not heard of for so long is out.");
        add(
                "consumer.heartbeat.interval.ms",
                HEARTBEAT_MS,
                1,
                "How often members of a consumer group are to be heard of.");
        add(
                "consumer.assignment.interval.ms",
                ASSIGNMENT_MS,
                0,
                "A consumer group's partitions are assigned anew no more often than this.");
        add(
                "streams.session.timeout.ms",
                SESSION_MS,
                1,
                "A member of a streams group that is not heard of for so long is out.");
        add(
                "streams.heartbeat.interval.ms",
                HEARTBEAT_MS,
                1,
                "How often members of a streams group are to be heard of.");
        add("streams.num.standby.replicas", 0, 0, "Standby replicas of each task of a streams group.");
        add(
                "streams.initial.rebalance.delay.ms",
                STREAMS_DELAY_MS,
                0,
                "How long the first assignment of an empty streams group waits for more members.");
        add(
                "streams.assignment.interval.ms",
                ASSIGNMENT_MS,
                0,
                "A streams group's tasks are assigned anew no more often than this.");
    }

    private GroupConfigs() {}

    private static void add(String name, int defaultValue, int min, String documentation) {
        KEYS.put(
                name,
                TopicConfigKey.number(name, defaultValue, min, documentation).defaultOf("group." + name));
    }

    /** All of them, by name. */
    public static Collection<TopicConfigKey> keys() {
        return Collections.unmodifiableCollection(KEYS.values());
    }

    /** Null when there is no such setting. */
    public static TopicConfigKey key(String name) {
        return KEYS.get(name);
    }

    /** Why this value is not permitted, as a sentence; null when it is. */
    public static String problem(String name, String value) {
        TopicConfigKey key = KEYS.get(name);
        return key == null ? "Unknown group config name: " + name : key.problem(value);
    }
}
