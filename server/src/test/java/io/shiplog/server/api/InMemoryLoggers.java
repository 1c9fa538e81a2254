// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import java.util.SortedMap;
import java.util.TreeMap;

/** Loggers that keep what they are told; what has no level has none above it either. */
final class InMemoryLoggers implements NodeLoggers {
    final SortedMap<String, String> levels = new TreeMap<>();

    @Override
    public SortedMap<String, String> levels() {
        return levels;
    }

    @Override
    public void setLevel(String logger, String level) {
        levels.put(logger, level == null ? levels.get(ROOT) : level);
    }
}
