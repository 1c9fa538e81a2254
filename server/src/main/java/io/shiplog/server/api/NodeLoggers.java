// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import java.util.Collections;
import java.util.SortedMap;

/** The loggers of this node, for those who look at their levels and change them while it runs (KIP-412). Any thread. */
public interface NodeLoggers {
    /** The one that all others are below. */
    String ROOT = "root";

    /** The level that each logger has, be it its own or that of one above it: of Kafka's LogLevelConfig, or OFF or ALL. */
    SortedMap<String, String> levels();

    /**
     * Gives a logger a level until this node is started again.
     *
     * @param logger one of {@link #levels}
     * @param level  of Kafka's LogLevelConfig; null: that of the logger above it, which {@link #ROOT} does not have
     */
    void setLevel(String logger, String level);

    /** Where nothing is known of loggers. */
    static NodeLoggers none() {
        return new NodeLoggers() {
            @Override
            public SortedMap<String, String> levels() {
                return Collections.emptySortedMap();
            }

            @Override
            public void setLevel(String logger, String level) {
                throw new IllegalArgumentException("there is no logger " + logger);
            }
        };
    }
}
