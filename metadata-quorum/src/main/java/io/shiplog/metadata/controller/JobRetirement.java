// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.JobRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.RemoveJobRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What is forgotten of jobs that have ended: their moves after a while or when room is needed, and at last all of the job. */
final class JobRetirement {
    private JobRetirement() {}

    /** What has become due. */
    static void retire(MetadataImage image, long nowMs, List<MetadataRecord> records) {
        List<JobImage> ended = endedFirstToLast(image);
        int tooMany = ended.size() - JobLimits.ENDED_JOBS;
        for (int i = 0; i < ended.size(); i++) {
            JobImage job = ended.get(i);
            if (i < tooMany) {
                records.add(ImageRecords.record()
                        .setRemoveJob(RemoveJobRecord.newBuilder().setJobId(job.id()))
                        .build());
            } else if (!job.movesDropped() && nowMs - job.changedAtMs() >= JobLimits.KEEP_MOVES_MS) {
                records.add(withoutMoves(job));
            }
        }
    }

    /** Of the moves of ended jobs, and {@code more} new ones, no more are kept than there may be of open ones. */
    static void makeRoom(MetadataImage image, int more, List<MetadataRecord> records) {
        int moves = more;
        for (JobImage job : image.jobs().all()) {
            moves += job.moves().size();
        }
        for (JobImage job : endedFirstToLast(image)) {
            if (moves <= JobLimits.OPEN_MOVES) {
                return;
            }
            if (!job.movesDropped()) {
                moves -= job.moves().size();
                records.add(withoutMoves(job));
            }
        }
    }

    private static List<JobImage> endedFirstToLast(MetadataImage image) {
        List<JobImage> ended = new ArrayList<>();
        for (JobImage job : image.jobs().all()) {
            if (!job.open()) {
                ended.add(job);
            }
        }
        ended.sort(Comparator.comparingLong(JobImage::changedAtMs).thenComparingLong(JobImage::id));
        return ended;
    }

    private static MetadataRecord withoutMoves(JobImage job) {
        return JobRecords.head(job.head().toBuilder().setMovesDropped(true).setCounts(JobRecords.counts(job.counts())));
    }
}
