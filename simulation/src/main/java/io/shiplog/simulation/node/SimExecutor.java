// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.node;

import io.shiplog.simulation.engine.Dice;
import io.shiplog.simulation.engine.Scheduler;
import io.shiplog.simulation.engine.SimLoop;
import io.shiplog.simulation.engine.SimProcess;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A thread of a simulated process in the shape of an executor. */
final class SimExecutor extends AbstractExecutorService {
    private final SimLoop loop;
    private final Consumer<Throwable> failed;
    private boolean shutdown;

    SimExecutor(Scheduler scheduler, SimProcess process, Dice dice, Consumer<Throwable> failed) {
        this.loop = new SimLoop(scheduler, process, dice, "disk thread");
        this.failed = failed;
    }

    @Override
    public void execute(Runnable task) {
        loop.execute(() -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                failed.accept(e);
            }
        });
    }

    @Override
    public void shutdown() {
        shutdown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutdown = true;
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return shutdown;
    }

    @Override
    public boolean isTerminated() {
        return shutdown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
    }
}
