// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import java.util.Locale;

/** What is wrong, for programs; the names stay. Of several the first is the one to begin with. */
enum Cause {
    HEALTHY,
    QUORUM_NO_MAJORITY,
    NO_CONTROLLER,
    TARGET_DOWN,
    NODE_DEAD,
    NODE_PAUSED,
    NODE_UNREACHABLE,
    NODE_CUT_OFF,
    NODE_STARTING,
    NODE_STOPPING,
    NODE_UNREGISTERED,
    NODE_SILENT,
    LOOP_STALLED,
    DISK_FULL,
    DISK_SLOW,
    DISK_HUNG,
    DIRECTORY_OFFLINE,
    CORRUPT_SEGMENT,
    LOG_RECOVERY,
    REPLICA_STOPPED,
    THROTTLE_LEFT_OVER,
    THROTTLED,
    MIN_ISR_TOO_HIGH,
    CATCHING_UP,
    NOT_FETCHING,
    DIVERGED,
    REFUSED,
    JOINING,
    JOB_PAUSED,
    JOB_HELD,
    JOB_WAITS,
    WAITS_FOR_ELIGIBLE,
    RECOVERY_NEEDED,
    QUORUM_NODE_DOWN,
    UNKNOWN;

    /** As in {@code node dead}. */
    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
