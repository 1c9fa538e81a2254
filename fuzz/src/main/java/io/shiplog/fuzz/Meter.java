// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** How much memory a piece of work takes from the heap, held against what its input may cost. */
public final class Meter {
    /** What any input may cost. */
    public static final long BASE_BYTES = 64 * 1024;
    /** What each of its bytes may cost beyond. */
    public static final long PER_BYTE = 16;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    /** The first time classes are loaded and caches filled; what remains after some more is the input's doing. */
    private static final int ATTEMPTS = 3;

    private Meter() {}

    /** Something that is measured; the same each time. */
    @FunctionalInterface
    public interface Work {
        void run() throws Finding;
    }

    /**
     * Does the work, and again when it took too much.
     *
     * @param what       as a finding names it
     * @param inputBytes length of the input that the work is done for
     * @param moreBytes  what it may take beyond the rule, for a reason
     * @throws Finding when it takes too much each time
     */
    public static void bounded(String what, long inputBytes, long moreBytes, Work work) throws Finding {
        long allowed = BASE_BYTES + PER_BYTE * inputBytes + moreBytes;
        long least = Long.MAX_VALUE;
        for (int i = 0; i < ATTEMPTS && least > allowed; i++) {
            least = Math.min(least, bytesOf(work));
        }
        if (least > allowed) {
            throw new Finding(
                    what + " takes too much memory",
                    what + " takes " + least + " bytes of memory for " + inputBytes + " bytes of input, allowed are "
                            + allowed);
        }
    }

    private static long bytesOf(Work work) throws Finding {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        work.run();
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}
