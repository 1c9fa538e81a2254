// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Changes of the metadata between the client's thread, which must not wait, and the one that acts on them. Bounded: when too
 * many wait they are merged, at the cost of comparing two whole images. Thread-safe.
 */
public final class PendingChanges {
    private final int maxWaiting;
    private final Deque<MetadataDelta> waiting = new ArrayDeque<>();
    private MetadataImage newest = MetadataImage.empty();
    private long activeAfterOffset = Long.MAX_VALUE;
    private boolean active;

    public PendingChanges(int maxWaiting) {
        this.maxWaiting = maxWaiting;
    }

    /** Changes are handed out from the first image on that is newer than this offset; until then they are not kept. */
    public synchronized void activateAfter(long offset) {
        activeAfterOffset = offset;
        maybeActivate();
    }

    public synchronized void add(MetadataDelta delta) {
        newest = delta.to();
        if (active) {
            waiting.add(delta);
            if (waiting.size() > maxWaiting) {
                MetadataImage from = waiting.getFirst().from();
                waiting.clear();
                waiting.add(MetadataDelta.full(from, newest));
            }
        } else {
            maybeActivate();
        }
    }

    /** Whoever takes changes knows nothing: the next one leads from the empty image to the newest. */
    public synchronized void beginAnew() {
        waiting.clear();
        active = false;
        activateAfter(Long.MIN_VALUE);
    }

    private void maybeActivate() {
        if (!active && newest.offset() > activeAfterOffset) {
            active = true;
            waiting.add(MetadataDelta.full(MetadataImage.empty(), newest));
        }
    }

    /** The next change, or null when there is none now; the first one leads from the empty image. */
    public synchronized MetadataDelta poll() {
        return waiting.poll();
    }
}
