// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.client;

import java.util.concurrent.locks.LockSupport;

/** The time between two looks at something that is waited for. */
final class Pause {
    private Pause() {}

    static void shortly() {
        LockSupport.parkNanos(50_000_000L);
    }
}
