// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.node;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.replication.runtime.SegmentListener;
import io.shiplog.replication.runtime.SegmentOrder;
import io.shiplog.replication.runtime.SegmentStreams;
import io.shiplog.simulation.disk.SimDisk;
import io.shiplog.simulation.engine.Dice;
import io.shiplog.simulation.engine.SimLoop;
import io.shiplog.simulation.engine.SimProcess;
import io.shiplog.storage.log.LogSlice;
import io.shiplog.storage.log.ReceivedSegment;
import io.shiplog.storage.scrub.SegmentCheck;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The threads of a node that receive segments, and those that read ahead of what it sends; what {@code SegmentReceivers} and {@code
 * ColdReadThreads} are.
 */
final class SegmentLinks implements SegmentStreams {
    private static final int STREAMS = 2;
    private static final long CHECK_STEP_BYTES = 1 << 20;

    /** An order, and who waits for it. */
    private record Waiting(SegmentOrder order, SegmentListener listener) {}

    private final NodeWorld world;
    private final SimProcess process;
    private final SimLoop loop;
    private final SimDisk disk;
    private final Supplier<MetadataImage> image;
    private final LongSupplier brokerEpoch;
    private final SimLoop coldReads;
    private final List<SimLoop> idle = new ArrayList<>();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final List<SegmentTransfer> underWay = new ArrayList<>();
    private boolean closed;

    SegmentLinks(
            NodeWorld world,
            SimProcess process,
            SimLoop loop,
            SimDisk disk,
            Supplier<MetadataImage> image,
            LongSupplier brokerEpoch,
            Dice dice) {
        this.world = world;
        this.process = process;
        this.loop = loop;
        this.disk = disk;
        this.image = image;
        this.brokerEpoch = brokerEpoch;
        this.coldReads = new SimLoop(world.scheduler(), process, dice.split(), "cold reads");
        for (int i = 0; i < STREAMS; i++) {
            idle.add(new SimLoop(world.scheduler(), process, dice.split(), "segments"));
        }
    }

    @Override
    public void receive(SegmentOrder order, SegmentListener listener) {
        if (closed) {
            loop.execute(() -> listener.failed(SegmentListener.Failure.HERE, "the node stops"));
            return;
        }
        waiting.add(new Waiting(order, listener));
        startWhatMay();
    }

    @Override
    public void discard(ReceivedSegment segment) {
        if (closed) {
            segment.discard();
        } else {
            coldReads.execute(segment::discard);
        }
    }

    private void startWhatMay() {
        while (!idle.isEmpty() && !waiting.isEmpty() && !closed) {
            Waiting next = waiting.poll();
            if (!next.order().isCancelled()) {
                SimLoop thread = idle.remove(0);
                SegmentTransfer transfer =
                        new SegmentTransfer(this, world, process, loop, thread, next.order(), next.listener());
                underWay.add(transfer);
                thread.execute(() -> transfer.start(image.get(), brokerEpoch.getAsLong()));
            }
        }
    }

    void onEnded(SegmentTransfer transfer, SimLoop thread) {
        underWay.remove(transfer);
        idle.add(thread);
        startWhatMay();
    }

    boolean isClosed() {
        return closed;
    }

    /** How long a sync takes that begins now. */
    long syncUs() {
        return disk.syncUs(world.scheduler().nowUs());
    }

    /** Bytes that are going to be sent are read from the disk first. */
    void readAhead(LogSlice slice, Runnable then) {
        coldReads.execute(then);
    }

    void check(SegmentCheck segment) {
        coldReads.execute(() -> {
            try {
                long read = 1;
                while (read > 0) {
                    read = segment.step(CHECK_STEP_BYTES);
                }
            } catch (IOException e) {
                // What is found is told by the check itself; a directory that cannot be trusted any more is found by
                // whoever uses it.
                world.scheduler().trace().line(() -> "checking the segment at " + segment.baseOffset() + ": " + e);
            } finally {
                segment.close();
            }
        });
    }

    /** Ends what is under way: nothing touches a log any more. */
    void close() {
        closed = true;
        waiting.clear();
        for (SegmentTransfer each : List.copyOf(underWay)) {
            each.giveUp();
        }
    }
}
