// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import java.util.Arrays;

/** One sync of a log: the segments that it brings to the disk, with a reference on the file of each. Used again and again. */
final class FlushRound {
    private Segment[] segments = new Segment[1];
    private SegmentFile[] files = new SegmentFile[1];
    private int count;

    /** Whether the partition's directory is new. */
    boolean newDirectory;

    /** Truncations before it. */
    int generation;

    /** The log end at its beginning. */
    long target;

    /** In {@link SyncTimes}. */
    long number;

    int count() {
        return count;
    }

    Segment segment(int i) {
        return segments[i];
    }

    SegmentFile file(int i) {
        return files[i];
    }

    void add(Segment segment, SegmentFile file) {
        if (count == segments.length) {
            segments = Arrays.copyOf(segments, count * 2);
            files = Arrays.copyOf(files, count * 2);
        }
        segments[count] = segment;
        files[count++] = file;
    }

    /** Gives the references back. */
    void releaseFiles() {
        for (int i = 0; i < count; i++) {
            files[i].release();
            files[i] = null;
        }
    }

    void clear() {
        Arrays.fill(segments, 0, count, null);
        count = 0;
    }
}
