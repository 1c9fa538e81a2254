// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.operate;

import io.shiplog.tools.text.Units;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;

/** The option of commands that can wait until what they asked for has happened. */
final class Patience {
    private static final long POLL_MS = 50;

    @Option(
            names = "--wait",
            arity = "0..1",
            fallbackValue = "5m",
            paramLabel = "DURATION",
            description = "Wait until it is done, so long at most (5m). Exit 1 when it is not.")
    private String wait;

    /** Something that becomes true. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws Exception;
    }

    boolean on() {
        return wait != null;
    }

    /** Reads the option; to be called before anything is changed. */
    long waitMs() {
        return wait == null ? 0 : Units.parseDurationMs(wait);
    }

    /** Looks again and again, in vain for so long at most; once without the option. */
    boolean until(Condition condition) throws Exception {
        long beganNs = System.nanoTime();
        long waitNs = TimeUnit.MILLISECONDS.toNanos(waitMs());
        while (!condition.holds()) {
            if (System.nanoTime() - beganNs >= waitNs) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
        return true;
    }
}
