// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Bounds the heap that the index of sealed segments takes: the least recently used one goes, and is loaded or built anew
 * when it is needed. Any thread; a use of what is held allocates nothing.
 */
final class IndexCache {
    /** What a held index takes. */
    private static final class Weight {
        long bytes;
    }

    private final long maxBytes;
    private final LinkedHashMap<Segment, Weight> held = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    IndexCache(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Takes note of the use of a sealed segment's index, which is in memory. */
    synchronized void used(Segment segment, long sizeInBytes) {
        Weight weight = held.get(segment);
        if (weight == null) {
            weight = new Weight();
            held.put(segment, weight);
        }
        if (weight.bytes == sizeInBytes) return;
        bytes += sizeInBytes - weight.bytes;
        weight.bytes = sizeInBytes;
        evict();
    }

    synchronized void forget(Segment segment) {
        Weight weight = held.remove(segment);
        if (weight != null) bytes -= weight.bytes;
    }

    synchronized int size() {
        return held.size();
    }

    private void evict() {
        Iterator<Map.Entry<Segment, Weight>> oldest = held.entrySet().iterator();
        while (bytes > maxBytes && held.size() > 1) {
            Map.Entry<Segment, Weight> victim = oldest.next();
            bytes -= victim.getValue().bytes;
            victim.getKey().evictIndex();
            oldest.remove();
        }
    }
}
