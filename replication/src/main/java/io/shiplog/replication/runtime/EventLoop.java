// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

/** The single thread that owns a set of partitions; in the storage node it is a Netty event loop. */
public interface EventLoop {
    /** Whether the caller is on the loop's thread. */
    boolean inLoop();

    /** Runs the task on the loop, later, in order of submission. Any thread. */
    void execute(Runnable task);

    /** Runs the task on the loop once the delay is over. Any thread. */
    Cancellable schedule(Runnable task, long delayMs);

    /** Monotonic milliseconds; the time of all deadlines. */
    long nowMs();

    /** Wall clock in milliseconds since 1970; for record timestamps and retention only. */
    long wallClockMs();
}
