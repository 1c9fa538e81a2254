// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.history;

import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.CommandOrigin;
import io.shiplog.metadata.proto.HistoryLine;
import io.shiplog.metadata.proto.HistoryLine.Kind;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.PartitionChangeRecord;
import io.shiplog.metadata.proto.PartitionRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/**
 * What an entry changed, as lines for people: one for each record, with what was there before. Everything comes from the entry
 * and the image that it was applied to.
 *
 * <p>Partition records come by the thousand, so they are not replayed one by one: what they leave is remembered beside the image.
 */
final class HistoryLines {
    private static final int MAX_TEXT = 500;

    private final List<HistoryLine> lines = new ArrayList<>();
    private final Map<PartitionId, PartitionImage> changed = new HashMap<>();
    private final List<MetadataRecord> pending = new ArrayList<>();
    private MetadataImage image;

    private HistoryLines(MetadataImage before) {
        image = before;
    }

    /** The lines of {@code entry}, which was applied to {@code before}: as many as it has records. */
    static List<HistoryLine> of(MetadataImage before, MetadataEntry entry) {
        HistoryLines history = new HistoryLines(before);
        long offset = before.offset();
        int origin = 0;
        int ofOrigin = 0;
        for (MetadataRecord record : entry.getRecordsList()) {
            while (origin < entry.getOriginsCount()
                    && ofOrigin >= entry.getOrigins(origin).getRecords()) {
                origin++;
                ofOrigin = 0;
            }
            ofOrigin++;
            HistoryLine.Builder line =
                    HistoryLine.newBuilder().setOffset(offset++).setTimeMs(entry.getDecidedAtMs());
            if (origin < entry.getOriginsCount()) {
                addOrigin(line, entry.getOrigins(origin));
            }
            history.add(line, record);
        }
        return history.lines;
    }

    private static void addOrigin(HistoryLine.Builder line, CommandOrigin origin) {
        String self = origin.getBrokerId() >= 0 ? "broker " + origin.getBrokerId() : "controller";
        line.setCause(origin.getCommand())
                .setPrincipal(origin.getPrincipal().isEmpty() ? self : origin.getPrincipal())
                .setClient(origin.getClient());
    }

    private void add(HistoryLine.Builder line, MetadataRecord record) {
        switch (record.getBodyCase()) {
            case PARTITION -> addPartition(line, record.getPartition());
            case PARTITION_CHANGE -> addPartitionChange(line, record.getPartitionChange());
            default -> {
                settle();
                RecordText.describe(line, image, record);
            }
        }
        pending.add(record);
        lines.add(shortened(line));
    }

    /** Brings the image up to the record that is looked at. */
    private void settle() {
        image = image.candidate(pending);
        pending.clear();
        changed.clear();
    }

    private void addPartition(HistoryLine.Builder line, PartitionRecord record) {
        PartitionId id = new PartitionId(Uuids.fromBytes(record.getTopicId()), record.getPartition());
        String name = name(id);
        int[] replicas =
                record.getReplicasList().stream().mapToInt(Integer::intValue).toArray();
        PartitionImage created = ImageRecords.partition(replicas, record.getState());
        changed.put(id, created);
        line.setKind(Kind.PARTITION).setName(name).setNewValue(RecordText.of(created));
    }

    private void addPartitionChange(HistoryLine.Builder line, PartitionChangeRecord record) {
        PartitionId id = new PartitionId(Uuids.fromBytes(record.getTopicId()), record.getPartition());
        String name = name(id);
        PartitionImage before =
                changed.containsKey(id) ? changed.get(id) : image.partition(id.topicId(), id.partition());
        int[] replicas = record.getReplicasCount() > 0
                ? record.getReplicasList().stream().mapToInt(Integer::intValue).toArray()
                : before.replicas();
        PartitionImage after = ImageRecords.partition(replicas, record.getState());
        changed.put(id, after);
        line.setKind(Kind.PARTITION)
                .setName(name)
                .setOldValue(RecordText.of(before))
                .setNewValue(RecordText.of(after))
                .setCause(
                        line.getCause().isEmpty()
                                ? record.getCause().name()
                                : line.getCause() + ": " + record.getCause().name());
    }

    /** May {@link #settle}, so it comes before anything is remembered of the record. */
    private String name(PartitionId id) {
        return topicName(id.topicId()) + "-" + id.partition();
    }

    private String topicName(Uuid id) {
        TopicImage topic = image.topic(id);
        if (topic == null) {
            settle();
            topic = image.topic(id);
        }
        return topic.name();
    }

    private static HistoryLine shortened(HistoryLine.Builder line) {
        return line.setName(shortened(line.getName()))
                .setOldValue(shortened(line.getOldValue()))
                .setNewValue(shortened(line.getNewValue()))
                .build();
    }

    private static String shortened(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "...";
    }
}
