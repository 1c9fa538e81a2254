// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.history;

import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.JobMove;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.HistoryLine;
import io.shiplog.metadata.proto.HistoryLine.Kind;
import io.shiplog.metadata.proto.JobMoveStateRecord;
import io.shiplog.metadata.proto.JobMovesRecord;
import io.shiplog.metadata.proto.JobRecord;
import io.shiplog.metadata.proto.MetadataRecord;
import java.util.Locale;

/** Records of jobs in words. A line is named by the job's number; its key is the partition where it concerns one. */
final class JobText {
    private JobText() {}

    static void describe(HistoryLine.Builder line, MetadataImage image, MetadataRecord record) {
        line.setKind(Kind.JOB);
        switch (record.getBodyCase()) {
            case JOB -> describeHead(line, image, record.getJob());
            case JOB_MOVES -> describeMoves(line, image, record.getJobMoves());
            case JOB_MOVE_STATE -> describeState(line, image, record.getJobMoveState());
            default -> {
                long id = record.getRemoveJob().getJobId();
                line.setName(Long.toString(id)).setOldValue(of(image.jobs().job(id)));
            }
        }
    }

    private static void describeHead(HistoryLine.Builder line, MetadataImage image, JobRecord head) {
        line.setName(Long.toString(head.getJobId()))
                .setOldValue(of(image.jobs().job(head.getJobId())))
                .setNewValue(of(head));
    }

    private static void describeMoves(HistoryLine.Builder line, MetadataImage image, JobMovesRecord moves) {
        StringBuilder text = new StringBuilder().append(moves.getMovesCount()).append(" moves:");
        for (io.shiplog.metadata.proto.JobMove move : moves.getMovesList()) {
            if (text.length() > RecordText.MAX_LENGTH) {
                break;
            }
            PartitionId id = new PartitionId(Uuids.fromBytes(move.getTopicId()), move.getPartition());
            text.append(' ')
                    .append(name(image, id))
                    .append(move.getExpectedList())
                    .append("->")
                    .append(move.getReplicasList());
        }
        line.setName(Long.toString(moves.getJobId())).setNewValue(text.toString());
    }

    private static void describeState(HistoryLine.Builder line, MetadataImage image, JobMoveStateRecord state) {
        JobMove move = image.jobs().job(state.getJobId()).move(state.getIndex());
        line.setName(Long.toString(state.getJobId()))
                .setKey(name(image, move.id()))
                .setOldValue(lower(move.state()))
                .setNewValue(lower(state.getState()));
    }

    private static String name(MetadataImage image, PartitionId id) {
        TopicImage topic = image.topic(id.topicId());
        return (topic == null ? id.topicId().toString() : topic.name()) + "-" + id.partition();
    }

    private static String of(JobImage job) {
        return job == null ? "" : of(job.head());
    }

    private static String of(JobRecord head) {
        StringBuilder text =
                new StringBuilder(lower(head.getKind())).append(' ').append(lower(head.getState()));
        if (!head.getTitle().isEmpty()) {
            text.append(", ").append(head.getTitle());
        }
        if (head.getNodesCount() > 0) {
            text.append(", nodes ").append(head.getNodesList());
        }
        long rate = head.getSettings().getRateBytesPerSecond();
        text.append(rate > 0 ? ", at most " + rate + " bytes/s" : ", adaptive rate");
        if (head.getHeldSinceMs() > 0) {
            text.append(", held by a repair");
        }
        if (head.getMovesDropped()) {
            text.append(", moves dropped");
        }
        return head.getMessage().isEmpty()
                ? text.toString()
                : text.append(": ").append(head.getMessage()).toString();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
