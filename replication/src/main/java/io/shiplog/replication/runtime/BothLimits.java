// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

/** Two limits that hold for the same bytes: the smaller wins, and both count them. */
record BothLimits(Limit one, Limit other) implements Limit {
    @Override
    public boolean isLimited() {
        return one.isLimited() || other.isLimited();
    }

    @Override
    public long available(long nowMs) {
        return Math.min(one.available(nowMs), other.available(nowMs));
    }

    @Override
    public void take(long bytes, long nowMs) {
        one.take(bytes, nowMs);
        other.take(bytes, nowMs);
    }

    @Override
    public long waitMs(long nowMs) {
        return Math.max(one.waitMs(nowMs), other.waitMs(nowMs));
    }

    @Override
    public int portion(int atLeast, int atMost) {
        return Math.min(one.portion(atLeast, atMost), other.portion(atLeast, atMost));
    }
}
