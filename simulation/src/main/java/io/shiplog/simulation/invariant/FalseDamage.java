// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

/** A log is taken for damaged only where something was done to the disk. */
final class FalseDamage extends Invariant {
    FalseDamage() {
        super("N2", "no damage where there is none");
    }

    @Override
    void on(Fact fact, Scene scene, Verdicts out) {
        if (fact instanceof Fact.GaveUp gaveUp && gaveUp.damaged()) {
            BrokerSight broker = scene.broker(gaveUp.replica().brokerId());
            if (broker != null && broker.disksLost() == 0) {
                out.add(this, gaveUp.partition(), "broker " + broker.id() + ": " + gaveUp.why());
            }
        }
    }
}
