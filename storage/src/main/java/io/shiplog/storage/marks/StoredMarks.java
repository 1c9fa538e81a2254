// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.marks;

import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.files.LogFiles;
import io.shiplog.storage.marks.MarksFile.Condition;
import io.shiplog.storage.model.PartitionKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The marks of a directory as they stand on the disk, for somebody who only looks: unlike {@link MarksFile} this writes nothing.
 *
 * @param cleanBrokerEpoch under which the directory was closed in order; -1 otherwise
 * @param all partitions that have marks, with them
 */
public record StoredMarks(Condition condition, long cleanBrokerEpoch, Map<PartitionKey, PartitionMarks> all) {
    public StoredMarks {
        all = Map.copyOf(all);
    }

    /** Reads both slots. */
    public static StoredMarks read(LogFiles files, Path directory) throws IOException {
        MarksCodec.Slot first = slot(files, directory.resolve("marks-0"));
        MarksCodec.Slot second = slot(files, directory.resolve("marks-1"));
        if (first == null && second == null) {
            boolean fresh = !files.exists(directory.resolve("marks-0")) && !files.exists(directory.resolve("marks-1"));
            return new StoredMarks(fresh ? Condition.FRESH : Condition.LOST, -1, Map.of());
        }
        MarksCodec.Slot newest =
                first == null || (second != null && second.sequence() >= first.sequence()) ? second : first;
        Condition condition = first == null || second == null ? Condition.ONE_SLOT : Condition.SOUND;
        Map<PartitionKey, PartitionMarks> all = new HashMap<>();
        newest.forEach((key, marks) -> {
            if (marks == null) {
                all.remove(key);
            } else {
                all.put(key, marks);
            }
        });
        return new StoredMarks(condition, condition == Condition.SOUND ? newest.cleanBrokerEpoch() : -1, all);
    }

    private static MarksCodec.Slot slot(LogFiles files, Path path) throws IOException {
        if (!files.exists(path)) {
            return null;
        }
        try (LogFile file = files.open(path)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            file.read(bytes, 0);
            return MarksCodec.decode(bytes.flip());
        }
    }
}
