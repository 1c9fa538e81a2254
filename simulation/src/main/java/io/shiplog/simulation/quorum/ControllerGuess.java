// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.quorum;

import io.shiplog.simulation.engine.Dice;

/** Which quorum node a client takes for the active controller. */
final class ControllerGuess {
    private final int nodes;
    private int guess;

    ControllerGuess(int nodes, Dice dice) {
        this.nodes = nodes;
        this.guess = dice.nextInt(nodes);
    }

    int id() {
        return SimQuorum.FIRST_ID + guess;
    }

    /** It is not that one. */
    void wasNot(int id) {
        if (id == id()) {
            guess = (guess + 1) % nodes;
        }
    }
}
