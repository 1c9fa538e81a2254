// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import io.shiplog.replication.port.IsrProposal;
import org.apache.kafka.common.protocol.Errors;

/**
 * What a {@link PartitionLeader} wants done. Called synchronously from its events; the implementation acts or records. The
 * core does not rely on an effect being carried out before the event returns: changes of the log come back as events. Only
 * {@link #append} may come back (as onAppended) before it returns; all other events wait until the present one is over.
 */
public interface LeaderEffects {
    /** Record durably enough to survive with the log that the epoch starts here, before any append of it. */
    void assignEpochStart(int epoch, long startOffset);

    /** Append the batches held under the token; then onAppended or onAppendRefused. */
    void append(long token);

    /** The produce held under the token has its answer; the token is free again. */
    void respond(long token, Errors error);

    /** Delete the records below the offset, which is not above the high watermark; onLogStart follows when that is durable. */
    void advanceLogStart(long offset);

    /**
     * The deletion under the token has its answer.
     *
     * @param lowWatermark where every replica that may be elected starts at least; −1 on error
     */
    void respondToDelete(long token, Errors error, long lowWatermark);

    /** Bring the log to disk up to its end; then onFlushed. */
    void requestFlush();

    /** Send the proposal to the controller; then onIsrOutcome with the same attempt number. */
    void proposeIsr(long attempt, IsrProposal proposal);

    /** Followers can get more. */
    void logEndAdvanced();

    /** Records below the offset are committed. */
    void highWatermarkAdvanced(long highWatermark);
}
