// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Why topics inside of streams applications could not be created, by name, for a while: members hear of it with their next heartbeat, and as long nobody tries
 * again. As Kafka's {@code AutoTopicCreationManager} has it. Bounded: the oldest are forgotten first. Any thread.
 */
final class CreationFailures {
    static final int MAX_TOPICS = 1_000;
    private static final int MAX_TOLD = 3;

    private record Failure(String reason, long untilMs) {}

    private final LongSupplier clockMs;
    private final Map<String, Failure> byTopic = new LinkedHashMap<>(); // guarded by this

    CreationFailures(LongSupplier clockMs) {
        this.clockMs = clockMs;
    }

    /** Returns whether it failed for another reason the last time, or not at all. */
    synchronized boolean add(String topic, String reason, long forMs) {
        Failure before = byTopic.remove(topic);
        byTopic.put(topic, new Failure(reason, clockMs.getAsLong() + forMs));
        if (byTopic.size() > MAX_TOPICS) {
            Iterator<String> oldest = byTopic.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        return before == null || !before.reason().equals(reason);
    }

    /** The topic is there. */
    synchronized void remove(String topic) {
        byTopic.remove(topic);
    }

    /** Null when nothing is known against it. */
    synchronized String reason(String topic) {
        Failure failure = byTopic.get(topic);
        return failure == null || failure.untilMs() <= clockMs.getAsLong() ? null : failure.reason();
    }

    /** What is known of these, as Kafka words it; empty when that is nothing. */
    String describe(Iterable<String> topics) {
        List<String> found = new ArrayList<>();
        for (String topic : topics) {
            String reason = reason(topic);
            if (reason != null) {
                found.add(topic + " (" + reason + ")");
            }
        }
        if (found.isEmpty()) {
            return "";
        }
        int told = Math.min(MAX_TOLD, found.size());
        String more = found.size() > told ? " and " + (found.size() - told) + " more" : "";
        return "Creation failed: " + String.join(", ", found.subList(0, told)) + more + ".";
    }
}
