// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.bench.AllocationGate;
import org.junit.jupiter.api.Test;

/** What a node allocates on the way from a log to those who read it. */
class FetchAllocationTest {
    private static final int OPERATIONS = 1_000;

    @Test
    void anOffsetIsLookedUpWithoutAllocation() throws Exception {
        LookupBenchmark path = new LookupBenchmark();
        path.entries = 4_096;
        path.fill();
        try {
            assertThat(AllocationGate.bytesPerOperation(OPERATIONS, path::activeSegment))
                    .isLessThan(AllocationGate.NONE);
            assertThat(AllocationGate.bytesPerOperation(OPERATIONS, path::sealedSegment))
                    .isLessThan(AllocationGate.NONE);
        } finally {
            path.close();
        }
    }

    /**
     * A parked fetch over 100 partitions is looked at again since records came for ten of them (which are appended, and move high watermarks): it reads what it
     * could give, which is not enough.
     */
    @Test
    void aFetchIsPlannedWithoutAllocation() throws Exception {
        TailPlanningBenchmark path = new TailPlanningBenchmark();
        path.partitions = 100;
        path.changed = 10;
        path.park();
        try {
            assertThat(AllocationGate.bytesPerOperation(OPERATIONS, path::produceAndPlan))
                    .isLessThan(AllocationGate.NONE);
        } finally {
            path.close();
        }
    }

    /**
     * A fetch of a session of 100 partitions, of which it names some, and its answer: not without allocation, since it is answered by objects of
     * Kafka's generated classes. What it takes is a bound, in which the idle partitions have no part.
     */
    @Test
    void aFetchIsAnsweredWithinItsBound() throws Exception {
        assertThat(bytesOfFetch(0)).isLessThanOrEqualTo(224);
        assertThat(bytesOfFetch(10)).isLessThanOrEqualTo(3_416);
    }

    private static double bytesOfFetch(int changed) throws Exception {
        FetchPlanningBenchmark path = new FetchPlanningBenchmark();
        path.partitions = 100;
        path.changed = changed;
        path.openSession();
        try {
            return AllocationGate.bytesPerOperation(OPERATIONS, path::fetchIncrementally);
        } finally {
            path.close();
        }
    }
}
