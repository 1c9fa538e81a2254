// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.disk;

import io.shiplog.simulation.engine.Dice;

/** A file or a directory of a simulated disk. */
abstract class Node {
    /** What the disk is bound to hold, as something new. */
    abstract Node durableCopy();

    /** Everything that was written is on the disk, as after an orderly end of the machine. */
    abstract void settle();

    /** What is left after a power loss. */
    abstract Node survivor(Dice dice, double survival);
}
