// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import io.shiplog.storage.log.SegmentReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;

/** Finds the replicas of a partition in the directories of a local cluster, and compares their bytes. */
public final class Replicas {
    private static final int DEPTH = 4;

    private final Path cluster;

    public Replicas(Path cluster) {
        this.cluster = cluster;
    }

    /**
     * Returns what is wrong with the replicas of a partition below an offset, or null: there must be as many as asked for,
     * each must reach the offset, and all must be byte-identical.
     */
    public String difference(Uuid topicId, int partition, long endOffset, int count) throws IOException {
        List<Path> directories = find(topicId + "-" + partition);
        if (directories.size() != count) {
            return "partition " + partition + " has " + directories.size() + " replicas under " + cluster + ", not "
                    + count;
        }
        SegmentReader.Digest first = null;
        for (Path directory : directories) {
            SegmentReader.Digest digest = new SegmentReader(directory).digest(0, endOffset);
            long reached = Math.max(0, digest.nextOffset());
            if (reached < endOffset) {
                return directory + " ends at offset " + reached + ", below the high watermark " + endOffset;
            }
            if (first == null) {
                first = digest;
            } else if (!first.equals(digest)) {
                return directory + " differs from " + directories.get(0) + " below offset " + endOffset;
            }
        }
        return null;
    }

    private List<Path> find(String name) throws IOException {
        try (Stream<Path> found =
                Files.find(cluster, DEPTH, (path, attributes) -> attributes.isDirectory() && path.endsWith(name))) {
            return found.sorted().toList();
        }
    }
}
