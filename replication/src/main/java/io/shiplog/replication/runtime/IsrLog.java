// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.apache.kafka.common.TopicPartition;

/**
 * Tells which replicas left or joined the ISR of partitions that are led here, and why they left: a line each while they are few, one for
 * the rest of those that change in one turn of the loop. On the loop.
 */
final class IsrLog {
    /** So many changes of one turn get a line of their own. */
    static final int MAX_LINES = 10;

    private final EventLoop loop;
    private final Consumer<String> out;
    private final List<String> lines = new ArrayList<>(MAX_LINES);
    private int left;
    private int joined;
    private boolean scheduled;

    IsrLog(EventLoop loop, Consumer<String> out) {
        this.loop = loop;
        this.out = out;
    }

    /**
     * The leader may have taken another ISR than before.
     *
     * @param lag why a replica that its leader takes out lags
     */
    void changed(TopicPartition partition, PartitionState before, PartitionState now, IntFunction<String> lag) {
        if (now.partitionEpoch() == before.partitionEpoch()) {
            return;
        }
        for (AssignedReplica old : before.replicas()) {
            AssignedReplica replica = now.replica(old.id());
            if (replica == null || replica.inIsr() == old.inIsr()) {
                continue;
            }
            if (replica.inIsr()) {
                joined++;
                tell(partition + ": " + old.id() + " joined the ISR");
            } else {
                left++;
                tell(partition + ": " + old.id() + " left the ISR: " + why(replica, lag));
            }
        }
    }

    private static String why(AssignedReplica replica, IntFunction<String> lag) {
        if (replica.fenced()) {
            return "its node is fenced";
        }
        return replica.shuttingDown() ? "its node stops" : lag.apply(replica.id());
    }

    private void tell(String line) {
        if (lines.size() < MAX_LINES) {
            lines.add(line);
        }
        if (!scheduled) {
            scheduled = true;
            loop.execute(this::print);
        }
    }

    private void print() {
        scheduled = false;
        lines.forEach(out);
        int more = left + joined - lines.size();
        if (more > 0) {
            out.accept(more + " more changes of ISRs: in all " + left + " replicas left and " + joined + " joined");
        }
        lines.clear();
        left = 0;
        joined = 0;
    }
}
