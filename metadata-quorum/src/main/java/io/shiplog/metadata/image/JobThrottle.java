// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

/**
 * What a job allows the replicas to copy that it adds to a partition; replicas in sync are never throttled. It follows from the job and the
 * state of its move, so it ends with them.
 *
 * @param bytesPerSecond FIXED: the rate per node and direction; ADAPTIVE: the floor, 0 for none; HELD: 0
 */
public record JobThrottle(long jobId, Kind kind, long bytesPerSecond) {
    /** How the rate comes about. */
    public enum Kind {
        FIXED,
        /** By what a node sees of its own load. */
        ADAPTIVE,
        /** Nothing passes: the job is paused, or a repair goes first. */
        HELD
    }
}
