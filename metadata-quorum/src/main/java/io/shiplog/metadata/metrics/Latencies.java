// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.metrics;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Durations since the start of the process, counted in buckets: four for each power of two of microseconds, so a quantile is true to a quarter.
 * Any thread; a reader may see a sample half counted.
 */
public final class Latencies {
    private static final int PARTS_BITS = 2;
    private static final int PARTS = 1 << PARTS_BITS;
    /** Enough for an hour. */
    private static final int BUCKETS = 33 * PARTS;

    private final AtomicLongArray buckets = new AtomicLongArray(BUCKETS);
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong maxMicros = new AtomicLong();

    /** Counts one; a negative duration counts as none. */
    public void record(long durationNs) {
        long micros = Math.max(0, TimeUnit.NANOSECONDS.toMicros(durationNs));
        buckets.incrementAndGet(bucket(micros));
        count.incrementAndGet();
        maxMicros.accumulateAndGet(micros, Math::max);
    }

    public long count() {
        return count.get();
    }

    public long maxMicros() {
        return maxMicros.get();
    }

    /** Microseconds that the given share (0 to 1) of the samples did not exceed, by less than a quarter too much; 0 without samples. */
    public long quantileMicros(double share) {
        long total = count.get();
        long wanted = (long) Math.ceil(share * total);
        long seen = 0;
        for (int i = 0; i < BUCKETS && total > 0; i++) {
            seen += buckets.get(i);
            if (seen >= Math.max(1, wanted)) {
                return Math.min(upperBound(i), maxMicros.get());
            }
        }
        return maxMicros.get();
    }

    /** Values below {@link #PARTS} have a bucket each; above, the power of two and the bits right below the highest one tell. */
    private static int bucket(long micros) {
        if (micros < PARTS) {
            return (int) micros;
        }
        int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(micros);
        int part = (int) (micros >>> (power - PARTS_BITS)) & (PARTS - 1);
        return Math.min(BUCKETS - 1, (power - PARTS_BITS + 1) * PARTS + part);
    }

    /** The greatest value of a bucket. */
    private static long upperBound(int bucket) {
        if (bucket < PARTS) {
            return bucket;
        }
        int power = bucket / PARTS + PARTS_BITS - 1;
        long part = bucket % PARTS;
        return ((PARTS + part + 1) << (power - PARTS_BITS)) - 1;
    }
}
