// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.move;

import java.io.IOException;
import java.nio.file.Path;

/** Moves the replicas as an operator does with the tools of one system. */
interface Mover extends AutoCloseable {
    /**
     * How far it is.
     *
     * @param percent   of the bytes; −1 when the tool does not say
     * @param etaMs     until it is done; −1 when the tool does not say
     * @param done      whether the tool says that all is done
     */
    record Progress(double percent, long etaMs, boolean done) {}

    /** Begins a move of other replicas, so that nothing of the tool's way is new to the nodes later; no step of the operator's.
     *
     * @param assignment a file in the format of kafka-reassign-partitions
     */
    void rehearse(Path assignment) throws IOException, InterruptedException;

    /** Begins; returns as soon as the tool does. */
    void start() throws IOException, InterruptedException;

    /** Asks the tool. */
    Progress progress() throws IOException, InterruptedException;

    /** What has to be done once the replicas are where they should be. */
    void finish() throws IOException, InterruptedException;

    /** Gives it up, and goes back to where it began. */
    void cancel() throws IOException, InterruptedException;

    /** Whether something is left that holds replication back. */
    boolean throttlesLeft() throws IOException, InterruptedException;

    /** Commands that the operator has typed. */
    int steps();

    /** Ends what still runs of the tool. */
    @Override
    default void close() {}
}
