// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.disk;

import io.shiplog.simulation.engine.Dice;
import io.shiplog.simulation.engine.Scheduler;
import io.shiplog.simulation.engine.SimProcess;
import io.shiplog.storage.files.LogFiles;
import io.shiplog.storage.index.IndexStore;
import io.shiplog.storage.log.BackgroundWork;
import io.shiplog.storage.log.DirectoryHost;
import io.shiplog.storage.log.FlushWork;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;

/** What a data directory takes from a simulated process: its threads are events of the schedule. */
public final class SimHost implements DirectoryHost {
    private static final int QUEUE_US = 30;

    private final Scheduler scheduler;
    private final SimProcess process;
    private final Mount mount;
    private final Dice dice;

    public SimHost(Scheduler scheduler, SimProcess process, Mount mount, Dice dice) {
        this.scheduler = scheduler;
        this.process = process;
        this.mount = mount;
        this.dice = dice;
    }

    /** A disk has one mount, so nobody else can use the directory. */
    @Override
    public Runnable lock(Path directory) {
        return () -> {};
    }

    @Override
    public IndexStore openIndex(LogFiles files, Path directory) {
        return mount.disk().index();
    }

    @Override
    public Uuid newDirectoryId() {
        return new Uuid(dice.nextLong() | 1, dice.nextLong());
    }

    @Override
    public FlushWork flushWork(int threads, String name) {
        return new Flushes();
    }

    @Override
    public BackgroundWork backgroundWork(String name) {
        return new Tasks();
    }

    /** Each sync takes its time. Whether what comes meanwhile is on the disk too when it ends is a matter of chance. */
    private final class Flushes implements FlushWork {
        private final List<Sync> underWay = new ArrayList<>();
        private boolean closed;

        @Override
        public void submit(Round round) {
            Sync sync = new Sync(round, this);
            underWay.add(sync);
            if (closed) {
                sync.finish();
            } else {
                sync.event = scheduler.after(dice.nextInt(QUEUE_US), "flush begins", process, sync::begin);
            }
        }

        @Override
        public void close() {
            closed = true;
            while (!underWay.isEmpty()) {
                underWay.get(0).finish();
            }
        }
    }

    private final class Sync {
        private final FlushWork.Round round;
        private final Flushes flushes;
        private Scheduler.Event event;
        private boolean begun;
        private boolean synced;

        Sync(FlushWork.Round round, Flushes flushes) {
            this.round = round;
            this.flushes = flushes;
        }

        private void begin() {
            begun = true;
            round.begin();
            if (dice.chance(0.5)) {
                synced = true;
                round.sync();
            }
            long untilUs = mount.disk().syncUs(scheduler.nowUs());
            event = scheduler.after(untilUs, "flush ends", process, this::finish);
        }

        private void finish() {
            if (event != null) {
                event.cancel();
            }
            flushes.underWay.remove(this);
            if (!begun) {
                round.begin();
            }
            if (!synced) {
                round.sync();
            }
            round.complete();
        }
    }

    private final class Tasks implements BackgroundWork {
        private final List<Runnable> queued = new ArrayList<>();
        private boolean closed;

        @Override
        public void execute(Runnable task) {
            if (closed) {
                return;
            }
            queued.add(task);
            scheduler.after(dice.nextInt(200), "background", process, this::next);
        }

        private void next() {
            if (!queued.isEmpty()) {
                queued.remove(0).run();
            }
        }

        @Override
        public void after(long delayMs, Runnable task) {
            scheduler.after(
                    process.clock().toSimulatedUs(delayMs * 1_000), "background timer", process, () -> execute(task));
        }

        @Override
        public void every(long periodMs, Runnable task) {
            after(periodMs, () -> {
                task.run();
                if (!closed) {
                    every(periodMs, task);
                }
            });
        }

        @Override
        public void close() {
            while (!queued.isEmpty()) {
                next();
            }
            closed = true;
        }
    }
}
