// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.history;

import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.ChangeCause;
import io.shiplog.metadata.proto.CommandOrigin;
import io.shiplog.metadata.proto.HistoryLine;
import io.shiplog.metadata.proto.HistoryLine.Kind;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.PartitionChangeRecord;
import io.shiplog.metadata.proto.PartitionRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/**
 * What an entry changed, as lines for people: one for each record, with what was there before, but one for all partitions of a topic that were
 * created together. Everything comes from the entry and the image that it was applied to.
 *
 * <p>Partition records come by the thousand, so they are not replayed one by one: what they leave is remembered beside the image.
 */
final class HistoryLines {
    /** Takes the lines in the order of their records. */
    interface Sink {
        void accept(Share share, HistoryLine.Builder line) throws IOException;
    }

    private final MetadataEntry entry;
    private final Sink sink;
    private final Map<PartitionId, PartitionImage> changed = new HashMap<>();
    private final List<MetadataRecord> pending = new ArrayList<>();
    private MetadataImage image;
    /** Of the record that is looked at; the empty one when the entry does not say. */
    private CommandOrigin origin = CommandOrigin.getDefaultInstance();

    /** How many of the entry's origins have been reached. */
    private int origins;

    private int leftOfOrigin;
    private NewPartitions created;

    private HistoryLines(MetadataImage before, MetadataEntry entry, Sink sink) {
        this.image = before;
        this.entry = entry;
        this.sink = sink;
    }

    /** Gives the lines of {@code entry}, which was applied to {@code before}. */
    static void write(MetadataImage before, MetadataEntry entry, Sink sink) throws IOException {
        HistoryLines history = new HistoryLines(before, entry, sink);
        long offset = before.offset();
        for (MetadataRecord record : entry.getRecordsList()) {
            history.findOrigin();
            history.add(offset++, record);
        }
        history.endCreated();
    }

    private void findOrigin() {
        while (leftOfOrigin == 0 && origins < entry.getOriginsCount()) {
            origin = entry.getOrigins(origins++);
            leftOfOrigin = origin.getRecords();
        }
        if (leftOfOrigin == 0) {
            origin = CommandOrigin.getDefaultInstance();
        } else {
            leftOfOrigin--;
        }
    }

    private HistoryLine.Builder line(long offset) {
        HistoryLine.Builder line = HistoryLine.newBuilder().setOffset(offset).setTimeMs(entry.getDecidedAtMs());
        if (!origin.getCommand().isEmpty()) {
            String self = origin.getBrokerId() >= 0 ? "broker " + origin.getBrokerId() : "controller";
            line.setCause(origin.getCommand())
                    .setPrincipal(origin.getPrincipal().isEmpty() ? self : origin.getPrincipal())
                    .setClient(origin.getClient());
        }
        return line;
    }

    private void add(long offset, MetadataRecord record) throws IOException {
        if (record.hasPartition()) {
            addPartition(offset, record);
        } else {
            endCreated();
            HistoryLine.Builder line = line(offset);
            if (record.hasPartitionChange()) {
                describeChange(line, record.getPartitionChange());
            } else {
                settle();
                RecordText.describe(line, image, record);
            }
            sink.accept(Share.of(record, origin), shortened(line));
        }
        pending.add(record);
    }

    /** Brings the image up to the record that is looked at. */
    private void settle() {
        image = image.candidate(pending);
        pending.clear();
        changed.clear();
    }

    private void addPartition(long offset, MetadataRecord record) throws IOException {
        PartitionRecord partition = record.getPartition();
        if (created == null || !created.goesOnWith(partition, origins)) {
            endCreated();
            String topic = topicName(Uuids.fromBytes(partition.getTopicId()));
            created = new NewPartitions(line(offset), origins, Share.of(record, origin), topic, partition);
        }
        created.add(partition);
    }

    private void endCreated() throws IOException {
        NewPartitions ended = created;
        created = null;
        if (ended != null) {
            sink.accept(ended.share(), shortened(ended.line()));
        }
    }

    private void describeChange(HistoryLine.Builder line, PartitionChangeRecord record) {
        PartitionId id = new PartitionId(Uuids.fromBytes(record.getTopicId()), record.getPartition());
        String topic = topicName(id.topicId());
        PartitionImage before = before(id);
        int[] replicas = record.getReplicasCount() > 0 ? ImageRecords.ids(record.getReplicasList()) : before.replicas();
        PartitionImage after = ImageRecords.partition(replicas, record.getState());
        changed.put(id, after);
        String cause = record.getCause().name();
        JobImage job = record.getReplicasCount() > 0 || record.getCause() == ChangeCause.REASSIGNMENT
                ? image.jobs().jobOf(id.topicId(), id.partition())
                : null;
        cause += job == null ? "" : " of job " + job.id();
        line.setKind(Kind.PARTITION)
                .setName(topic + "-" + id.partition())
                .setOldValue(RecordText.of(before))
                .setNewValue(RecordText.of(after))
                .setCause(line.getCause().isEmpty() ? cause : line.getCause() + ": " + cause);
    }

    /** Both of these may {@link #settle}, so they come before anything is remembered of the record. */
    private PartitionImage before(PartitionId id) {
        PartitionImage before = changed.get(id);
        if (before == null) {
            before = image.partition(id.topicId(), id.partition());
        }
        if (before == null) {
            settle();
            before = image.partition(id.topicId(), id.partition());
        }
        return before;
    }

    private String topicName(Uuid id) {
        TopicImage topic = image.topic(id);
        if (topic == null) {
            settle();
            topic = image.topic(id);
        }
        return topic.name();
    }

    private static HistoryLine.Builder shortened(HistoryLine.Builder line) {
        return line.setName(shortened(line.getName()))
                .setOldValue(shortened(line.getOldValue()))
                .setNewValue(shortened(line.getNewValue()));
    }

    private static String shortened(String text) {
        return text.length() <= RecordText.MAX_LENGTH ? text : text.substring(0, RecordText.MAX_LENGTH) + "...";
    }
}
