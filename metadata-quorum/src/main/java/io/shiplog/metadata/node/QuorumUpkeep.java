// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import io.shiplog.metadata.controller.Controller;
import io.shiplog.metadata.controller.JobSchedule;
import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.QuorumVoter;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.RecordStateHashCommand;
import io.shiplog.metadata.proto.RecordVotersCommand;
import java.util.ArrayList;
import java.util.List;

/**
 * What the active controller does from time to time by itself: it records the hash of the state, which every node compares with its own, and
 * the members that Raft has agreed on, and takes the steps of jobs. Owned by the controller's thread; one per time of office.
 */
final class QuorumUpkeep {
    private static final long HASH_EVERY_RECORDS = 1_000;
    private static final long HASH_EVERY_MS = 60_000;
    /** A command whose effect does not show after so long is given again. */
    private static final long RETRY_MS = 1_000;

    private final JobSchedule jobs;
    private long hashedOffset;
    private long hashedAtMs;
    private long toldVotersAtMs;

    /** {@code jobRepairWaitMs} is how long jobs wait at most for a repair. */
    QuorumUpkeep(long offset, long nowMs, long jobRepairWaitMs) {
        jobs = new JobSchedule(jobRepairWaitMs);
        hashedOffset = offset;
        hashedAtMs = nowMs;
        toldVotersAtMs = nowMs - RETRY_MS;
    }

    /**
     * The commands that are due.
     *
     * @param voters empty when they are not known
     * @param nowMs monotonic
     */
    List<MetadataCommand> poll(MetadataImage image, List<QuorumVoter> voters, long nowMs, long wallClockMs) {
        List<MetadataCommand> due = new ArrayList<>();
        if (image.clusterId().isEmpty()) {
            return due;
        }
        boolean differ = !voters.isEmpty() && !voters.equals(List.copyOf(image.quorumVoters()));
        if (differ && nowMs - toldVotersAtMs >= RETRY_MS) {
            toldVotersAtMs = nowMs;
            due.add(tellVoters(voters));
        }
        if (isHashDue(image.offset(), nowMs)) {
            hashedOffset = image.offset();
            hashedAtMs = nowMs;
            due.add(MetadataCommand.newBuilder()
                    .setBrokerId(Controller.NO_BROKER)
                    .setRecordStateHash(RecordStateHashCommand.getDefaultInstance())
                    .build());
        }
        jobs.next(image, nowMs, wallClockMs).ifPresent(due::add);
        return due;
    }

    /** The hash's own record is no reason for another one. */
    private boolean isHashDue(long offset, long nowMs) {
        long records = offset - hashedOffset;
        return records >= HASH_EVERY_RECORDS || (records > 1 && nowMs - hashedAtMs >= HASH_EVERY_MS);
    }

    private static MetadataCommand tellVoters(List<QuorumVoter> voters) {
        RecordVotersCommand.Builder command = RecordVotersCommand.newBuilder();
        voters.forEach(voter -> command.addVoters(ImageRecords.voter(voter)));
        return MetadataCommand.newBuilder()
                .setBrokerId(Controller.NO_BROKER)
                .setRecordVoters(command)
                .build();
    }
}
