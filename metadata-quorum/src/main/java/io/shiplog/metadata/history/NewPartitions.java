// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.history;

import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.proto.HistoryLine;
import io.shiplog.metadata.proto.HistoryLine.Kind;
import io.shiplog.metadata.proto.PartitionRecord;

/** Partitions of one topic, with numbers in a row, that one command created: they come by the thousand and are told in one line. */
final class NewPartitions {
    private final HistoryLine.Builder line;
    private final int origin;
    private final Share share;
    private final String topic;
    private final PartitionRecord first;
    private final StringBuilder assignments = new StringBuilder();
    private int count;

    /**
     * Begins with the first one.
     *
     * @param line with time and origin, and the offset of its record
     * @param origin the number of its command in the entry
     */
    NewPartitions(HistoryLine.Builder line, int origin, Share share, String topic, PartitionRecord first) {
        this.line = line;
        this.origin = origin;
        this.share = share;
        this.topic = topic;
        this.first = first;
    }

    Share share() {
        return share;
    }

    /** Whether the record is that of the next one. */
    boolean goesOnWith(PartitionRecord record, int by) {
        return record.getPartition() == first.getPartition() + count
                && by == origin
                && record.getTopicId().equals(first.getTopicId());
    }

    void add(PartitionRecord record) {
        count++;
        if (assignments.length() <= RecordText.MAX_LENGTH) {
            RecordText.append(assignments.append(' '), ImageRecords.ids(record.getReplicasList()));
        }
    }

    HistoryLine.Builder line() {
        int number = first.getPartition();
        line.setKind(Kind.PARTITION);
        if (count == 1) {
            int[] replicas = ImageRecords.ids(first.getReplicasList());
            return line.setName(topic + "-" + number)
                    .setNewValue(RecordText.of(ImageRecords.partition(replicas, first.getState())));
        }
        return line.setName(topic)
                .setFirstPartition(number)
                .setPartitions(count)
                .setNewValue("partitions " + number + " to " + (number + count - 1) + ", replicas" + assignments);
    }
}
