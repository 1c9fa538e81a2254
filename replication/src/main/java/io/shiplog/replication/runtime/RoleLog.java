// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Tells which roles replicas take: a line each while they are few, one line for all of them when a metadata update changes many.
 * On the loop.
 */
final class RoleLog {
    /** So many changes of one update get a line of their own. */
    static final int MAX_LINES = 10;

    private final Consumer<String> out;
    private final List<String> lines = new ArrayList<>(MAX_LINES);
    private boolean collecting;
    private int leads;
    private int follows;
    private int leaderless;

    RoleLog(Consumer<String> out) {
        this.out = out;
    }

    /** What is told from here to {@link #end} belongs together. */
    void begin() {
        collecting = true;
    }

    /** The update with this metadata offset has been acted on. */
    void end(long metadataOffset) {
        collecting = false;
        int changes = leads + follows + leaderless;
        if (changes > MAX_LINES) {
            out.accept("metadata offset " + metadataOffset + ": " + changes + " partitions changed: leads " + leads
                    + ", follows " + follows + ", without a leader " + leaderless);
        } else {
            lines.forEach(out);
        }
        lines.clear();
        leads = 0;
        follows = 0;
        leaderless = 0;
    }

    void leads(TopicPartition partition, int epoch, long fromOffset) {
        leads++;
        tell(partition, "leads in epoch " + epoch + " from offset " + fromOffset);
    }

    void follows(TopicPartition partition, int leader, int epoch, long fromOffset) {
        follows++;
        tell(partition, "follows " + leader + " in epoch " + epoch + " from offset " + fromOffset);
    }

    void hasNoLeader(TopicPartition partition, int epoch) {
        leaderless++;
        tell(partition, "has no leader in epoch " + epoch);
    }

    private void tell(TopicPartition partition, String what) {
        if (!collecting) {
            out.accept(partition + ": " + what);
            leads = 0;
            follows = 0;
            leaderless = 0;
        } else if (lines.size() < MAX_LINES) {
            lines.add(partition + ": " + what);
        }
    }
}
