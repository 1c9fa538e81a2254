// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.compact;

import java.util.HashMap;
import java.util.Map;

/**
 * From which offset on the batches of each producer are kept, if need be without records, so that its last sequence in the log is
 * never forgotten: the end of its last batch below the end of the cleaning. Producers that were forgotten anyway are not in it.
 * One thread.
 */
public final class LastBatches {
    /** The ends of the last batches of each active producer, in order. */
    private final Map<Long, long[]> known;

    private final Map<Long, Long> keepFrom = new HashMap<>();

    /** @param known of every producer that is remembered the last offsets of its last batches, in order */
    public LastBatches(Map<Long, long[]> known) {
        this.known = known;
    }

    /** Takes a batch of the part that is going to be cleaned. */
    void seen(long producerId, long lastOffset) {
        if (known.containsKey(producerId)) keepFrom.merge(producerId, lastOffset, Math::max);
    }

    /** Everything below the offset is going to be cleaned, and has been seen if it was not cleaned before. */
    void settle(long endOffset) {
        known.forEach((producerId, lastOffsets) -> {
            for (long last : lastOffsets) if (last < endOffset) keepFrom.merge(producerId, last, Math::max);
        });
    }

    /** Whether the batch may be its producer's last one. */
    boolean mustKeep(long producerId, long lastOffset) {
        return producerId >= 0 && known.containsKey(producerId) && lastOffset >= keepFrom.getOrDefault(producerId, -1L);
    }
}
