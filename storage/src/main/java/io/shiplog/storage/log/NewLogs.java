// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.marks.PartitionMarks;
import io.shiplog.storage.model.NoRoom;
import io.shiplog.storage.model.PartitionKey;
import java.io.IOException;
import org.apache.kafka.common.TopicIdPartition;

/** Makes empty logs in a data directory. Under its lock. */
final class NewLogs {
    private final LogContext context;

    NewLogs(LogContext context) {
        this.context = context;
    }

    /** As {@link LogDirectory#create}, of a partition that has no log. */
    PartitionLog create(PartitionKey key, TopicIdPartition partition, LogSettings settings) {
        try {
            if (context.marks().mayTellOf(key)) {
                // A quarantined replica begins again: from now on nothing old is vouched for.
                context.marks().put(key, new PartitionMarks(0, 0, 0));
                context.marks().write();
            }
            return make(key, partition.topic() == null ? "" : partition.topic(), settings);
        } catch (IOException e) {
            boolean full = context.space().isOutOfSpace(e, 1);
            if (full) context.space().noSpace(e);
            if (full || OpenFiles.isOutOfDescriptors(e)) {
                throw new NoRoom(key.directoryName() + " is not created: " + e, e);
            }
            throw context.failure().fail("creating " + key.directoryName(), e);
        }
    }

    /** The files of an empty log at offset 0. */
    PartitionLog make(PartitionKey key, String topic, LogSettings settings) throws IOException {
        LogState state = new LogState(context, key, settings);
        context.files().createDirectory(state.directory);
        state.addSegment(0);
        state.putMarks();
        return new PartitionLog(state, topic);
    }
}
