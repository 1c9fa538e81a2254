// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.admin;

import java.nio.file.Path;
import java.util.Map;

/**
 * What the node's watchdog thinks of it.
 *
 * @param loopStalled the event loop does not run
 * @param asksToBeFenced it cannot serve, and has told the controller
 * @param degraded a disk is slow or full, and the controller was told
 * @param disks by the paths of the log directories
 */
public record NodeJudgement(
        boolean loopStalled, boolean asksToBeFenced, boolean degraded, Map<Path, DiskJudgement> disks) {
    /** Before the first look. */
    public static final NodeJudgement NONE = new NodeJudgement(false, false, false, Map.of());

    public NodeJudgement {
        disks = Map.copyOf(disks);
    }

    /**
     * Of one log directory.
     *
     * @param slow syncs or appends take long, again and again
     * @param hung one sync does not end
     */
    public record DiskJudgement(boolean slow, boolean hung) {
        /** Of a disk that nothing is known of. */
        public static final DiskJudgement NONE = new DiskJudgement(false, false);
    }

    /** What is thought of a directory. */
    public DiskJudgement disk(Path directory) {
        return disks.getOrDefault(directory, DiskJudgement.NONE);
    }
}
