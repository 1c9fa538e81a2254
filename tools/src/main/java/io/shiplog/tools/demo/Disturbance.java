// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.demo;

/** What befalls the cluster while lines are sent. */
interface Disturbance {
    /** Begins, on a thread of its own. */
    void begin();

    /** Whether it has ended, well or not. */
    boolean isOver();

    /** Waits until it is over; throws what went wrong. */
    void await() throws Exception;

    /** When the last node was started again ({@code System.nanoTime}). */
    long startedNs();

    /** What happened, for the closing table: a name and a value. */
    String[] summary();
}
