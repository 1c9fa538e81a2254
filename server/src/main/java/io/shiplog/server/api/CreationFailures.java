// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Why topics that clients wait for could not be created, by name, for a while: as long nobody tries again, and members of streams applications hear of it with
 * their next heartbeat, as Kafka's {@code AutoTopicCreationManager} has it. Bounded: the oldest are forgotten first. Any thread.
 */
public final class CreationFailures {
    /** Clients ask again ten times a second; the controller is asked for all of them. */
    public static final long RETRY_MS = 500;

    static final int MAX_TOPICS = 1_000;
    private static final int MAX_TOLD = 3;

    private record Failure(String reason, long untilMs) {}

    private final LongSupplier clockMs;
    private final Map<String, Failure> byTopic = new LinkedHashMap<>(); // guarded by this

    public CreationFailures(LongSupplier clockMs) {
        this.clockMs = clockMs;
    }

    /**
     * Notes a failure.
     *
     * @param forMs how long nobody need try again
     * @return whether it failed for another reason the last time, or not at all: then somebody should be told
     */
    public synchronized boolean add(String topic, String reason, long forMs) {
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
    public synchronized void remove(String topic) {
        byTopic.remove(topic);
    }

    /** Null when nothing is known against it. */
    public synchronized String reason(String topic) {
        Failure failure = byTopic.get(topic);
        return failure == null || failure.untilMs() <= clockMs.getAsLong() ? null : failure.reason();
    }

    /** What is known of these, as Kafka words it; empty when that is nothing. */
    public String describe(Iterable<String> topics) {
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
