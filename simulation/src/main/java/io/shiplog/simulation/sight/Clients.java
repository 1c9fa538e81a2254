// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.sight;

import io.shiplog.simulation.history.DeleteOp;
import io.shiplog.simulation.history.History;
import io.shiplog.simulation.history.LatestOp;
import io.shiplog.simulation.history.Outcome;
import io.shiplog.simulation.history.ProduceOp;
import io.shiplog.simulation.history.ReadOp;
import io.shiplog.simulation.history.ReadRecord;
import io.shiplog.simulation.history.SentAway;
import io.shiplog.simulation.invariant.Checker;
import io.shiplog.simulation.invariant.ClusterSight;
import io.shiplog.simulation.invariant.Entry;
import io.shiplog.simulation.invariant.Observation;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.protocol.Errors;

/** Tells the checker what clients hear, at the event at which they hear it. */
final class Clients {
    private static final long RECORDS_OF_A_BATCH = 1_000;

    private final History history;
    private final Checker checker;
    private final List<ProduceOp> openProduces = new ArrayList<>();
    private final List<DeleteOp> openDeletes = new ArrayList<>();
    private int produces;
    private int deletes;
    private int reads;
    private int lookUps;
    private long seen;
    private int sentAway;

    Clients(History history, Checker checker) {
        this.history = history;
        this.checker = checker;
    }

    /** An event is over. */
    void afterEvent(ClusterSight cluster) {
        if (history.changes() == seen) {
            return;
        }
        seen = history.changes();
        for (; produces < history.produces().size(); produces++) {
            openProduces.add(history.produces().get(produces));
        }
        for (int i = openProduces.size() - 1; i >= 0; i--) {
            if (openProduces.get(i).outcome != Outcome.PENDING) {
                tell(openProduces.remove(i), cluster);
            }
        }
        for (; deletes < history.deletes().size(); deletes++) {
            openDeletes.add(history.deletes().get(deletes));
        }
        for (int i = openDeletes.size() - 1; i >= 0; i--) {
            if (openDeletes.get(i).outcome != Outcome.PENDING) {
                tell(openDeletes.remove(i), cluster);
            }
        }
        for (; reads < history.reads().size(); reads++) {
            tell(history.reads().get(reads), cluster);
        }
        for (; sentAway < history.sentAway().size(); sentAway++) {
            SentAway away = history.sentAway().get(sentAway);
            checker.heard(
                    new Observation.SentAway(
                            away.topicId(), away.partition(), away.leader(), away.to(), cluster.nowUs()),
                    cluster);
        }
        for (; lookUps < history.lookUps().size(); lookUps++) {
            tell(history.lookUps().get(lookUps), cluster);
        }
    }

    /** The run is over: what clients still wait for is told as such. */
    void atEnd(ClusterSight cluster) {
        afterEvent(cluster);
        for (ProduceOp op : openProduces) {
            tell(op, cluster);
        }
        openProduces.clear();
    }

    private void tell(ProduceOp op, ClusterSight cluster) {
        TopicIdPartition partition = op.partition;
        Observation.Outcome outcome = switch (op.outcome) {
            // Acknowledged as a duplicate, without a word of where it is: that is told below.
            case OK -> op.baseOffset < 0 && op.acks != 0 ? Observation.Outcome.UNKNOWN : Observation.Outcome.OK;
            case FAILED -> Observation.Outcome.FAILED;
            case UNKNOWN, PENDING -> Observation.Outcome.UNKNOWN;
        };
        if (op.producerId >= 0) {
            checker.heard(
                    new Observation.IdGiven(
                            partition.topicId(), partition.partition(), op.client, op.producerId, op.endedUs),
                    cluster);
        }
        for (int i = 0; i < op.records; i++) {
            checker.heard(
                    new Observation.Sent(
                            partition.topicId(),
                            partition.partition(),
                            op.firstValue + i,
                            op.client,
                            op.id * RECORDS_OF_A_BATCH + i,
                            op.idempotent,
                            op.acks,
                            op.invokedUs,
                            op.triedUs,
                            op.outcome == Outcome.PENDING ? Observation.NEVER : op.endedUs,
                            outcome,
                            op.node,
                            op.baseOffset < 0 ? -1 : op.baseOffset + i),
                    cluster);
            if (op.isPromised() && op.baseOffset < 0) {
                checker.heard(
                        new Observation.Kept(partition.topicId(), partition.partition(), op.firstValue + i, op.endedUs),
                        cluster);
            }
        }
    }

    private void tell(DeleteOp op, ClusterSight cluster) {
        if (op.outcome == Outcome.OK) {
            checker.heard(
                    new Observation.Deleted(
                            op.partition.topicId(),
                            op.partition.partition(),
                            op.lowWatermark,
                            op.invokedUs,
                            op.endedUs),
                    cluster);
        }
    }

    private void tell(ReadOp op, ClusterSight cluster) {
        if (op.error != Errors.NONE) {
            return;
        }
        List<Entry> entries = new ArrayList<>(op.records.size());
        for (ReadRecord record : op.records) {
            entries.add(Entry.plain(record.offset(), record.leaderEpoch(), record.value()));
        }
        checker.heard(
                new Observation.Read(
                        op.partition.topicId(),
                        op.partition.partition(),
                        op.client,
                        op.node,
                        op.position,
                        op.invokedUs,
                        op.endedUs,
                        op.highWatermark,
                        entries),
                cluster);
    }

    private void tell(LatestOp op, ClusterSight cluster) {
        if (op.error() == Errors.NONE) {
            checker.heard(
                    new Observation.LookedUp(
                            op.partition().topicId(),
                            op.partition().partition(),
                            op.node(),
                            op.invokedUs(),
                            op.endedUs(),
                            op.offset()),
                    cluster);
        }
    }
}
