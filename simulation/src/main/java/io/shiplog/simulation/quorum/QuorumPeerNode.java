// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.quorum;

import io.shiplog.metadata.controller.BalanceSettings;
import io.shiplog.metadata.controller.Controller;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.node.ActiveController;
import io.shiplog.metadata.node.AgreedLog;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.snapshot.SnapshotFormat;
import io.shiplog.replication.runtime.Cancellable;
import io.shiplog.simulation.engine.Dice;
import io.shiplog.simulation.engine.Scheduler;
import io.shiplog.simulation.engine.SimLoop;
import io.shiplog.simulation.engine.SimProcess;
import io.shiplog.simulation.network.SimConnection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One quorum node in one of its lives: the image that it has replayed, and the real active controller on it. */
final class QuorumPeerNode implements AgreedLog {
    /** Somebody waits for metadata. */
    private static final class Parked {
        private final long nextOffset;
        private final MetadataReader reader;
        private Cancellable timeout;

        Parked(long nextOffset, MetadataReader reader) {
            this.nextOffset = nextOffset;
            this.reader = reader;
        }
    }

    private final SimQuorum quorum;
    private final AgreedEntries agreed;
    private final SimProcess process;
    private final SimLoop loop;
    private final Scheduler scheduler;
    private final ActiveController controller;
    private final List<Parked> parked = new ArrayList<>();
    /** Those that changed something, as far as this node keeps them. */
    private final List<MetadataEntry> ring = new ArrayList<>();

    private MetadataImage image = MetadataImage.empty();
    private int applied;
    private boolean turnIsDue;
    private Scheduler.Event nextTurn;

    /** What it believes. */
    private long term;

    private boolean leads;
    private int ready = Integer.MAX_VALUE;

    QuorumPeerNode(SimQuorum quorum, AgreedEntries agreed, SimProcess process, Scheduler scheduler, Dice dice) {
        this.quorum = quorum;
        this.agreed = agreed;
        this.process = process;
        this.scheduler = scheduler;
        this.loop = new SimLoop(scheduler, process, dice.split(), "quorum node");
        this.controller = ActiveController.turned(
                this,
                new Controller(quorum.settings().controller()),
                quorum.settings().liveness(),
                BalanceSettings.of(quorum.settings().balances(), 1, 0),
                SimQuorum.CLUSTER_ID,
                process.clock(),
                this::probe,
                dice.split()::nextLong,
                this::wake);
    }

    SimProcess process() {
        return process;
    }

    SimLoop loop() {
        return loop;
    }

    ActiveController controller() {
        return controller;
    }

    void start() {
        loop.execute(this::turn);
    }

    /** Connects to where the broker listened. A machine without power says nothing, nor does one that is cut off. */
    private void probe(BrokerImage broker, Runnable gone) {
        SimProcess listener = quorum.hosts().listener(broker.endpoints().get(0).port());
        boolean hasPower = quorum.hosts().hasPower(broker.id());
        SimConnection connection = quorum.network().connect(process, broker.id(), listener, hasPower);
        if (listener == null) {
            connection.onClosedAtClient(() -> loop.execute(gone));
        } else {
            connection.closeAtClient();
        }
    }

    // ---- the controller's thread

    private void wake() {
        if (!turnIsDue) {
            turnIsDue = true;
            loop.execute(this::turn);
        }
    }

    private void turn() {
        turnIsDue = false;
        if (nextTurn != null) {
            nextTurn.cancel();
        }
        long waitMs = controller.turn();
        nextTurn =
                scheduler.after(process.clock().toSimulatedUs(waitMs * 1_000), "controller poll", process, this::wake);
    }

    // ---- Raft

    /** It is told that it leads, and is ready when it has applied what is agreed on now. */
    void lead(long newTerm) {
        term = newTerm;
        leads = true;
        ready = agreed.size();
        controller.onLeadershipChanged();
    }

    /** It learns that it leads no more. */
    void follow() {
        if (leads) {
            leads = false;
            controller.onLeadershipChanged();
        }
    }

    boolean believesToLead() {
        return leads;
    }

    int applied() {
        return applied;
    }

    /** Applies what is agreed on, up to so many entries. */
    void apply(int upTo) {
        boolean moved = false;
        while (applied < Math.min(upTo, agreed.size())) {
            MetadataEntry entry = agreed.get(applied++);
            MetadataImage before = image;
            image = before.apply(entry);
            if (image != before) {
                ring.add(entry);
                if (ring.size() > quorum.settings().ringEntries()) {
                    ring.remove(0);
                }
                moved = true;
            }
        }
        if (moved) {
            quorum.onApplied(process.id(), image);
            answerParked();
        }
        if (leads && applied >= ready) {
            controller.onLeadershipChanged();
        }
    }

    /** Comes back from its disk: from a snapshot that was taken somewhere on the way, and the log behind it. */
    void recover(int entries, int snapshotAt) {
        apply(Math.min(entries, snapshotAt));
        if (applied > 0) {
            image = throughSnapshot(image);
            ring.clear();
        }
        apply(entries);
    }

    static byte[] snapshotOf(MetadataImage image) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            SnapshotFormat.write(bytes, image, 0, 0);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static MetadataImage read(byte[] snapshot) {
        try {
            return SnapshotFormat.fromBytes(snapshot).image();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static MetadataImage throughSnapshot(MetadataImage image) {
        return read(snapshotOf(image));
    }

    // ---- what readers ask

    /** A reader wants what comes behind an offset; it is answered when there is something. On the loop. */
    void fetch(long nextOffset, MetadataReader reader) {
        Parked request = new Parked(nextOffset, reader);
        if (image.offset() > nextOffset) {
            answer(request);
        } else {
            parked.add(request);
            request.timeout = loop.schedule(
                    () -> {
                        if (parked.remove(request)) {
                            reader.entries(List.of(), image.offset());
                        }
                    },
                    500);
        }
    }

    private void answerParked() {
        List<Parked> all = new ArrayList<>(parked);
        for (Parked each : all) {
            if (image.offset() > each.nextOffset && parked.remove(each)) {
                each.timeout.cancel();
                loop.execute(() -> answer(each));
            }
        }
    }

    private void answer(Parked request) {
        int first = 0;
        while (first < ring.size() && ring.get(first).getDecidedOnOffset() < request.nextOffset) {
            first++;
        }
        boolean contiguous = first < ring.size() && ring.get(first).getDecidedOnOffset() == request.nextOffset;
        if (contiguous) {
            request.reader.entries(List.copyOf(ring.subList(first, ring.size())), image.offset());
        } else {
            request.reader.snapshot(snapshotOf(image));
        }
    }

    // ---- the log as the controller sees it

    @Override
    public CompletableFuture<Outcome> submit(MetadataEntry entry) {
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        quorum.propose(this, term, entry, outcome);
        return outcome;
    }

    @Override
    public MetadataImage image() {
        return image;
    }

    @Override
    public boolean isLeaderReady() {
        return leads && applied >= ready;
    }

    @Override
    public long term() {
        return term;
    }
}
