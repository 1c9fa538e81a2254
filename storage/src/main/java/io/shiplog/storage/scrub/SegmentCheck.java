// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.scrub;

import java.io.IOException;

/** The check of one segment, in pieces. What is wrong is reported by the check itself. On one thread. */
public interface SegmentCheck {
    /** The segment. */
    long baseOffset();

    /**
     * Reads on, about as many bytes as given, at least one batch.
     *
     * @return bytes read; 0 when the segment is done
     * @throws IOException when the directory as a whole can no longer be trusted
     */
    long step(long maxBytes) throws IOException;

    /** Whether nothing was found so far. */
    boolean isSound();

    /** Lets go of the segment, done or not. */
    void close();
}
