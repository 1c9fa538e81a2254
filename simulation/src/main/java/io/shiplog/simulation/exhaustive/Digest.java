// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.exhaustive;

/** Sixty-four bits that stand for a state, of values in a fixed order. */
final class Digest {
    private long value = 0x9e3779b97f4a7c15L;

    void mix(long each) {
        long mixed = (value ^ each) * 0xbf58476d1ce4e5b9L;
        mixed ^= mixed >>> 29;
        mixed *= 0x94d049bb133111ebL;
        value = mixed ^ (mixed >>> 32);
    }

    long value() {
        return value;
    }
}
