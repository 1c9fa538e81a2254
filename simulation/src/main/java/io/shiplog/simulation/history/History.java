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
    private int acknowledged;

    public void add(ProduceOp op) {
        produces.add(op);
    }

    public void add(ReadOp op) {
        reads.add(op);
    }

    public void add(LatestOp op) {
        lookUps.add(op);
    }

    public void add(DeleteOp op) {
        deletes.add(op);
    }

    public void add(AdminOp op) {
        admins.add(op);
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
        return Collections.unmodifiableList(produces);
    }

    public List<ReadOp> reads() {
        return Collections.unmodifiableList(reads);
    }

    public List<LatestOp> lookUps() {
        return Collections.unmodifiableList(lookUps);
    }

    public List<DeleteOp> deletes() {
        return Collections.unmodifiableList(deletes);
    }

    public List<AdminOp> admins() {
        return Collections.unmodifiableList(admins);
    }
}
