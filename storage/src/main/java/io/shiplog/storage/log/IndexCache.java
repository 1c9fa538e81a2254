// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import java.util.Iterator;
import java.util.LinkedHashMap;

/**
 * Bounds the heap that the index of sealed segments takes: the least recently used one goes, and is loaded or built anew
 * when it is needed. Any thread.
 */
final class IndexCache {
    private final long maxBytes;
    private final LinkedHashMap<Segment, Long> held = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    IndexCache(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Takes note of the use of a sealed segment's index, which is in memory. */
    synchronized void used(Segment segment, long sizeInBytes) {
        Long before = held.put(segment, sizeInBytes);
        bytes += sizeInBytes - (before == null ? 0 : before);
        Iterator<Segment> oldest = held.keySet().iterator();
        while (bytes > maxBytes && held.size() > 1) {
            Segment victim = oldest.next();
            bytes -= held.get(victim);
            oldest.remove();
            victim.evictIndex();
            oldest = held.keySet().iterator();
        }
    }

    synchronized void forget(Segment segment) {
        Long size = held.remove(segment);
        if (size != null) bytes -= size;
    }

    synchronized int size() {
        return held.size();
    }
}
