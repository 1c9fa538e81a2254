// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain.cases;

import java.util.Locale;

/** The troubles that are staged. */
enum StagedCase {
    NODE_DEAD,
    NODE_PAUSED,
    DISK_FULL,
    SLOW_DISK,
    THROTTLE_LEFT_OVER,
    MIN_ISR_TOO_HIGH,
    FOLLOWER_CATCHING_UP,
    QUORUM_WITHOUT_MAJORITY,
    CORRUPT_SEGMENT,
    TARGET_DOWN;

    /** As in {@code node-dead}. */
    String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
