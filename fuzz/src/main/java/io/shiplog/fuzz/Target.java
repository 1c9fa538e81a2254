// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz;

import io.shiplog.fuzz.bytes.Dice;

/** What hostile bytes are given to. One instance per thread. */
public interface Target {
    /** As {@code bin/fuzz} and the folders of the corpus name it. */
    String name();

    /** An input, of which many are nearly right: bytes that are wrong from the start get no further than that. */
    byte[] generate(Dice dice);

    /** What sort of input it is, so that findings of one sort count once. */
    default String sortOf(byte[] input) {
        return name();
    }

    /**
     * One execution. Whatever was kept from earlier ones must make no difference.
     *
     * @throws Finding when the input does what no input may
     */
    void execute(byte[] input) throws Finding;
}
