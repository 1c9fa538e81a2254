// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.history;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Everything that clients did in a run, in the order in which they began it (reads: in which they were answered). */
public final class History {
    private final List<ProduceOp> produces = new ArrayList<>();
    private final List<ReadOp> reads = new ArrayList<>();
    private final List<LatestOp> lookUps = new ArrayList<>();
    private final List<DeleteOp> deletes = new ArrayList<>();
    private final List<AdminOp> admins = new ArrayList<>();
    private final List<ProduceOp> producesSeen = Collections.unmodifiableList(produces);
    private final List<ReadOp> readsSeen = Collections.unmodifiableList(reads);
    private final List<LatestOp> lookUpsSeen = Collections.unmodifiableList(lookUps);
    private final List<DeleteOp> deletesSeen = Collections.unmodifiableList(deletes);
    private final List<SentAway> sentAway = new ArrayList<>();
    private final List<SentAway> sentAwaySeen = Collections.unmodifiableList(sentAway);
    private int acknowledged;
    private long changes;

    /** Grows whenever an operation begins or a produce or a deletion ends: who saw this number has seen everything. */
    public long changes() {
        return changes;
    }

    public void add(ProduceOp op) {
        produces.add(op);
        changes++;
    }

    public void add(ReadOp op) {
        reads.add(op);
        changes++;
    }

    public void add(LatestOp op) {
        lookUps.add(op);
        changes++;
    }

    public void add(DeleteOp op) {
        deletes.add(op);
        changes++;
    }

    public void add(SentAway op) {
        sentAway.add(op);
        changes++;
    }

    public void add(AdminOp op) {
        admins.add(op);
    }

    /** A batch has its outcome. */
    public void end(ProduceOp op, Outcome outcome, long nowUs) {
        op.outcome = outcome;
        op.endedUs = nowUs;
        ended(outcome);
    }

    /** A deletion has its outcome. */
    public void end(DeleteOp op, Outcome outcome, long nowUs) {
        op.outcome = outcome;
        op.endedUs = nowUs;
        ended(outcome);
    }

    private void ended(Outcome outcome) {
        changes++;
        if (outcome == Outcome.OK) {
            onAcknowledged();
        }
    }

    /** An operation ended with what was asked for. */
    public void onAcknowledged() {
        acknowledged++;
    }

    /** Operations that were acknowledged, of all kinds that change something. */
    public int acknowledged() {
        return acknowledged;
    }

    public List<ProduceOp> produces() {
        return producesSeen;
    }

    public List<ReadOp> reads() {
        return readsSeen;
    }

    public List<LatestOp> lookUps() {
        return lookUpsSeen;
    }

    public List<DeleteOp> deletes() {
        return deletesSeen;
    }

    /** In the order in which leaders said so. */
    public List<SentAway> sentAway() {
        return sentAwaySeen;
    }

    public List<AdminOp> admins() {
        return Collections.unmodifiableList(admins);
    }
}
