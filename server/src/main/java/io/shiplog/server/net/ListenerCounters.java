// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** How often a listener has refused, closed or held back something, by the limit that was reached. Any thread. */
final class ListenerCounters {
    /** What is counted. */
    enum Event {
        REFUSED_BY_NODE("connections-refused,limit=max.connections"),
        REFUSED_BY_ADDRESS("connections-refused,limit=max.connections.per.ip"),
        REFUSED_BY_RATE("connections-refused,limit=connection_creation_rate"),
        ACCEPTING_PAUSED("accepting-paused,limit=max.connection.creation.rate"),
        CLOSED_BAD_FRAME("connections-closed,limit=socket.request.max.bytes"),
        CLOSED_BAD_REQUEST("connections-closed,limit=none"),
        CLOSED_UNFINISHED("connections-closed,limit=connections.max.frame.ms"),
        CLOSED_IDLE("connections-closed,limit=connections.max.idle.ms"),
        CLOSED_FOR_MEMORY("connections-closed,limit=queued.max.response.bytes"),
        READING_PAUSED_FOR_MEMORY("reading-paused,limit=queued.max.request.bytes"),
        MUTED("reading-paused,limit=quota");

        private final String metric;

        Event(String metric) {
            this.metric = metric;
        }

        /** The setting or quota that was reached. */
        String limit() {
            return metric.substring(metric.indexOf('=') + 1);
        }
    }

    private final Map<Event, LongAdder> counts = new EnumMap<>(Event.class);

    ListenerCounters() {
        for (Event event : Event.values()) {
            counts.put(event, new LongAdder());
        }
    }

    void count(Event event) {
        counts.get(event).increment();
    }

    /** All of them, by name. */
    SortedMap<String, LongSupplier> values() {
        SortedMap<String, LongSupplier> values = new TreeMap<>();
        for (Event event : Event.values()) {
            values.put("SocketServer." + event.metric, counts.get(event)::sum);
        }
        return values;
    }
}
